/**
 * Signed, short-lived links to one call's recording: HMAC-SHA-256 (RFC 2104) over the call and the
 * moment of expiry. Whoever holds a link may hear that recording until then, and nothing else.
 *
 * @module
 */
import type { CallRef } from "../../src/calls/call_event.ts";
import type { RecordingLinks } from "../../src/calls/recording_links.ts";
import { isUuid } from "../../src/kernel/ids.ts";
import type { Clock } from "../../src/kernel/clock.ts";

/** Makes links, and tells whether one is genuine and still good. */
export interface SignedRecordingLinks extends RecordingLinks {
  /** The call that a link is for; null when the link is not ours or has expired. */
  verify(url: URL): Promise<CallRef | null>;
}

/** Links under `publicUrl`, signed with `signingKey`: any text that only the server's replicas know. */
export function recordingLinks(
  options: { signingKey: string; publicUrl: URL; clock: Clock },
): SignedRecordingLinks {
  const { signingKey, publicUrl, clock } = options;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = crypto.subtle.importKey("raw", utf8(signingKey), algorithm, false, [
    "sign",
    "verify",
  ]);
  return {
    async sign(ref, expiresAt) {
      const expires = String(Math.floor(expiresAt.getTime() / 1000));
      const signature = await crypto.subtle.sign("HMAC", await key, signed(ref, expires));
      const url = new URL(`/recordings/${ref.callId}`, publicUrl);
      url.searchParams.set("client", ref.clientId);
      url.searchParams.set("expires", expires);
      url.searchParams.set("signature", hex(new Uint8Array(signature)));
      return url.href;
    },
    async verify(url) {
      const ref = {
        callId: url.pathname.split("/").at(-1) ?? "",
        clientId: only(url, "client"),
      };
      const expires = only(url, "expires");
      const signature = bytesOf(only(url, "signature"));
      if (!isUuid(ref.callId) || !isUuid(ref.clientId)) return null;
      if (!/^\d+$/.test(expires) || signature === null) return null;
      // `verify` compares in constant time.
      const genuine = await crypto.subtle.verify(
        "HMAC",
        await key,
        signature,
        signed(ref, expires),
      );
      return genuine && clock.now().getTime() < Number(expires) * 1000 ? ref : null;
    },
  };
}

/** The parameter's value; empty unless it is there exactly once. */
function only(url: URL, name: string): string {
  const values = url.searchParams.getAll(name);
  return values.length === 1 ? values[0] : "";
}

function signed(ref: CallRef, expires: string): Uint8Array<ArrayBuffer> {
  return utf8(`recording\n${ref.clientId}\n${ref.callId}\n${expires}`);
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[0-9a-f]{64}$/.test(text)) return null;
  return Uint8Array.from({ length: 32 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}
