/**
 * Addresses at which the provider reports of a call. They carry the call and its longest duration,
 * signed with the server's own key, so that a report finds its call whatever became of the dialling,
 * and on any replica.
 *
 * @module
 */
import type { CallRef } from "../../../src/calls/call_event.ts";
import { isUuid } from "../../../src/kernel/ids.ts";

/** What may be reported. */
export const CALLBACKS = ["status", "recording", "answered-by", "agent", "twiml"] as const;

/** A kind of report. */
export type Callback = typeof CALLBACKS[number];

/** What an address says. */
export interface Subject {
  ref: CallRef;
  /** Seconds from the answer after which the provider ends the call. */
  maxSeconds: number;
}

/** Makes such addresses, and reads them. */
export class CallbackUrls {
  readonly #key: Promise<CryptoKey>;

  constructor(private readonly publicUrl: URL, signingKey: string) {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    this.#key = crypto.subtle.importKey("raw", utf8(signingKey), algorithm, false, [
      "sign",
      "verify",
    ]);
  }

  /** The path at which a kind of report arrives. */
  static path(kind: Callback): string {
    return `/hooks/twilio/${kind}`;
  }

  /** An address for every kind of report of one call. */
  async of(subject: Subject): Promise<Record<Callback, string>> {
    const signature = await crypto.subtle.sign("HMAC", await this.#key, signed(subject));
    const query = new URLSearchParams({
      client: subject.ref.clientId,
      call: subject.ref.callId,
      max: String(subject.maxSeconds),
      signature: new Uint8Array(signature).toHex(),
    });
    const entries = CALLBACKS.map((kind) => {
      return [kind, new URL(`${CallbackUrls.path(kind)}?${query}`, this.publicUrl).href];
    });
    return Object.fromEntries(entries);
  }

  /** The address as the provider knows it, whatever name the request came in by. */
  asPublished(request: Request): string {
    const { pathname, search } = new URL(request.url);
    return new URL(pathname + search, this.publicUrl).href;
  }

  /** What an address is about; null when it is not ours. */
  async read(url: URL): Promise<Subject | null> {
    const text = (name: string) => url.searchParams.get(name) ?? "";
    const ref = { clientId: text("client"), callId: text("call") };
    const subject = { ref, maxSeconds: Number(text("max")) };
    const signature = text("signature");
    if (!isUuid(ref.clientId) || !isUuid(ref.callId)) return null;
    if (!/^\d{1,6}$/.test(text("max")) || !/^[0-9a-f]{64}$/.test(signature)) return null;
    const bytes = Uint8Array.fromHex(signature);
    const genuine = await crypto.subtle.verify("HMAC", await this.#key, bytes, signed(subject));
    return genuine ? subject : null;
  }
}

function signed({ ref, maxSeconds }: Subject): Uint8Array<ArrayBuffer> {
  return utf8(`twilio\n${ref.clientId}\n${ref.callId}\n${maxSeconds}`);
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
