/**
 * Twilio, or who speaks its API, as the composition root wires it.
 *
 * Where the provider can reach this server, it reports by webhooks; else, as on a developer's machine,
 * live calls are looked at every few seconds.
 *
 * @module
 */
import type { CallRef } from "../../../src/calls/call_event.ts";
import type { DialRequest } from "../../../src/calls/call_gateway.ts";
import type { CallRepo } from "../../../src/calls/call_repo.ts";
import type { Clock } from "../../../src/kernel/clock.ts";
import type { Deliver, PhoneProvider } from "../phone_provider.ts";
import { CallbackUrls } from "./callback_urls.ts";
import { checkAccount } from "./check.ts";
import { type Account, dialectOf } from "./dialect.ts";
import { TwilioGateway } from "./gateway.ts";
import { hooksOf } from "./hooks.ts";
import { LatePrices } from "./late_prices.ts";
import { type Fetch, onceFetch, Transport } from "./transport.ts";
import { Watch } from "./watch.ts";

/** What it needs of the house. */
export interface TwilioHouse {
  clock: Clock;
  publicUrl: URL;
  /** Signs addresses that are given out. */
  signingKey: string;
  /** What was asked of a call; null when there is no such call. */
  requestOf: (ref: CallRef) => Promise<DialRequest | null>;
  /** Calls of every client. */
  calls: Pick<CallRepo, "toNumber" | "unpriced">;
  /** Told of refusals and failures, without numbers or names. */
  onFailure: (what: string, facts: Record<string, unknown>) => void;
  /** Sends each request once; the runtime's own does not. */
  fetch?: Fetch;
}

/** A phone network, with the look at its calls that a test may ask for at once. */
export interface TwilioPhone extends PhoneProvider {
  gateway: TwilioGateway;
  /** Looks at the calls whose time has come, and tells when the next one's comes. */
  look(deliver: Deliver): Promise<Date | null>;
}

/** Milliseconds between two looks at which calls are due. */
const PAUSE = 1_000;

/** Builds it; nothing runs until it is told to. */
export function twilioPhone(account: Account, house: TwilioHouse): TwilioPhone {
  const { clock, publicUrl, signingKey, requestOf, calls, onFailure } = house;
  const { quietSeconds } = account;
  const dialect = dialectOf(account);
  const transport = new Transport({
    fetch: house.fetch ?? onceFetch(),
    clock,
    authorization: dialect.authorization,
    deadline: quietSeconds * 1000 / 8,
  });
  const urls = new CallbackUrls(publicUrl, signingKey);
  const reports = isReachable(publicUrl);
  const callbacks = reports ? urls : null;
  const gateway = new TwilioGateway({
    dialect,
    transport,
    clock,
    quietSeconds,
    calls,
    urls: callbacks,
    onFailure,
  });
  const watch = new Watch({ gateway, clock, onFailure });
  gateway.onCall = (subject, sid, over) => {
    if (!reports || over) watch.add(subject, sid, over);
  };
  const { provider } = dialect;
  const latePrices = new LatePrices({ provider, calls, watch, clock, onFailure });
  const look = async (deliver: Deliver) => {
    await latePrices.pass();
    return await watch.pass(deliver);
  };
  const hooks = { dialect, gateway, watch, urls, clock, requestOf, onFailure };
  return {
    gateway,
    hooks: reports ? hooksOf(hooks) : [],
    silentSeconds: quietSeconds / 2,
    check: () => checkAccount({ dialect, transport, clock }),
    look,
    async run(deliver, signal) {
      while (!signal.aborted) {
        await look(deliver);
        await clock.sleep(PAUSE, signal);
      }
    },
  };
}

/** Whether somebody out in the Internet may reach an address, by its looks. */
export function isReachable({ hostname }: URL): boolean {
  const private4 = /^(0|10|127|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\..*\.?\d+$/;
  if (private4.test(hostname)) return false;
  if (/^\[(::1|::|f[cd]..:.*|fe80:.*)\]$/.test(hostname)) return false;
  return /[.:]/.test(hostname) && !/\.(localhost|local|internal|home\.arpa)$/.test(hostname);
}
