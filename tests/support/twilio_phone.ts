/**
 * The HTTP provider's adapter and a stand-in of the provider on a socket, with the time and the webhooks
 * between them in a test's hands.
 *
 * @module
 */
import { assert } from "@std/assert";
import { type Account, QUIET_SECONDS } from "../../adapters/telephony/twilio/dialect.ts";
import { type Fetch, onceFetch } from "../../adapters/telephony/twilio/transport.ts";
import {
  type TwilioHouse,
  type TwilioPhone,
  twilioPhone,
} from "../../adapters/telephony/twilio/twilio_phone.ts";
import type { CallEvent, CallRef } from "../../src/calls/call_event.ts";
import type { DialRequest } from "../../src/calls/call_gateway.ts";
import { FakeClock } from "./fake_clock.ts";
import { NOON } from "./rows.ts";
import { ACCOUNT, DIALECTS, TwilioFake, type Webhook } from "./twilio_fake.ts";

/** Where the provider reaches the studio. */
export const PUBLIC_URL = new URL("https://studio.example.com");

/** Opened once, as in production. */
const fetchOnce = onceFetch();

/** Of a studio that knows no other call. */
const noCalls: TwilioHouse["calls"] = {
  toNumber: () => Promise.resolve([]),
  unpriced: () => Promise.resolve([]),
};

/** What a test may want otherwise. */
export interface Otherwise {
  /** An adapter before this one, whose time and provider go on. */
  earlier?: TwilioWorld;
  /** Whose API it is; SignalWire's is spoken to by its own name, and answered here. */
  dialect?: keyof typeof DIALECTS;
  publicUrl?: URL;
  account?: Partial<Account>;
  fetch?: Fetch;
  requestOf?: (ref: CallRef) => Promise<DialRequest | null>;
  calls?: TwilioHouse["calls"];
  deliver?: (event: CallEvent) => Promise<unknown>;
}

/** The adapter with everything around it. */
export interface TwilioWorld extends AsyncDisposable {
  clock: FakeClock;
  fake: TwilioFake;
  phone: TwilioPhone;
  /** Every event that was delivered. */
  reported: CallEvent[];
  /** What the adapter said went wrong. */
  failures: { what: string; facts: Record<string, unknown> }[];
  /** Hands a webhook to the adapter, as whoever sends it. */
  post(webhook: Webhook): Promise<Response>;
  /** Lets time pass with all that happens in it. */
  pass(seconds: number): Promise<void>;
}

/** Opens it. */
export function openTwilio(otherwise: Otherwise = {}): TwilioWorld {
  const clock = otherwise.earlier?.clock ?? new FakeClock(NOON);
  const fake = otherwise.earlier?.fake ??
    new TwilioFake(clock, DIALECTS[otherwise.dialect ?? "twilio"]);
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => fake.handle(request),
  );
  const local = `http://127.0.0.1:${server.addr.port}`;
  const signalwire = otherwise.dialect === "signalwire" ? "https://acme.signalwire.com" : null;
  const apiUrl = new URL(signalwire ?? local);
  const reported: CallEvent[] = [];
  const failures: TwilioWorld["failures"] = [];
  let inFlight = 0;
  const counted: Fetch = async (url, init) => {
    inFlight++;
    init.signal?.addEventListener("abort", () => fake.release(), { once: true });
    try {
      const response = await (otherwise.fetch ?? fetchOnce)(
        signalwire === null ? url : url.replace(signalwire, local),
        init,
      );
      const body = [204, 304].includes(response.status) ? null : await response.arrayBuffer();
      return new Response(body, response);
    } finally {
      inFlight--;
    }
  };
  const settings = { webhookKey: signalwire && fake.dialect.key, quietSeconds: QUIET_SECONDS };
  const account = { apiUrl, ...ACCOUNT, ...settings, ...otherwise.account };
  const phone = twilioPhone(account, {
    clock,
    publicUrl: otherwise.publicUrl ?? PUBLIC_URL,
    signingKey: "a signing key for tests, long enough",
    requestOf: otherwise.requestOf ?? (() => Promise.resolve(null)),
    calls: otherwise.calls ?? noCalls,
    onFailure: (what, facts) => failures.push({ what, facts }),
    fetch: counted,
  });
  const deliver = async (event: CallEvent) => {
    await otherwise.deliver?.(event);
    reported.push(event);
  };
  const post = async ({ url, fields, signature }: Webhook) => {
    const { pathname } = new URL(url);
    const hook = phone.hooks.find(({ path }) => path === pathname);
    assert(hook, pathname);
    const headers = { [fake.dialect.header]: signature };
    const body = new URLSearchParams(fields);
    return await hook.handle(new Request(url, { method: "POST", headers, body }), deliver);
  };
  const settled = async () => {
    do await new Promise((resolve) => setTimeout(resolve, 0)); while (inFlight > fake.stuck);
  };
  return {
    clock,
    fake,
    phone,
    reported,
    failures,
    post,
    async pass(seconds) {
      const until = clock.now().getTime() + seconds * 1000;
      let lookAt: number | null = clock.now().getTime() + 1000;
      for (let now = -1; now !== until;) {
        await settled();
        const before = clock.now().getTime();
        now = Math.min(until, fake.nextAt() ?? until, lookAt ?? until);
        await clock.advance(now - before);
        await settled();
        for (const webhook of fake.due()) await post(webhook);
        lookAt = (await phone.look(deliver))?.getTime() ?? null;
      }
    },
    async [Symbol.asyncDispose]() {
      fake.release();
      await server.shutdown();
    },
  };
}

/** A request to dial, with an assistant that the provider can reach. */
export function reachable(request: DialRequest): DialRequest {
  const connection = { kind: "websocket" as const, url: "wss://agent.example.com/media" };
  return { ...request, agent: { ...request.agent, connection } };
}
