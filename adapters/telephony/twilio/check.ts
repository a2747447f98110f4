/**
 * What stands between an account and its first call, as far as the provider tells; nothing is changed.
 *
 * Sources: https://www.twilio.com/docs/iam/api/account,
 * https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource,
 * https://www.twilio.com/docs/voice/api/outgoing-caller-ids.
 *
 * @module
 */
import type { Clock } from "../../../src/kernel/clock.ts";
import type { Check } from "../phone_provider.ts";
import {
  buildAccount,
  buildCallerIds,
  buildNumbers,
  parseAccount,
  parseCallerIds,
  parseNumbers,
} from "./api.ts";
import type { Dialect } from "./dialect.ts";
import type { Answer, Transport } from "./transport.ts";

/** Seconds by which the clocks may differ: the provider tells whole ones, and answers take a while. */
const TOLERABLE = 5;
/** Seconds beyond which a call in doubt may not be found by its time. */
const HARMFUL = 30;

/** What is needed to look. */
export interface CheckOptions {
  dialect: Dialect;
  transport: Transport;
  clock: Clock;
}

/** Looks at credentials, number and clocks. Never rejects. */
export async function checkAccount(options: CheckOptions): Promise<Check[]> {
  const { dialect, transport, clock } = options;
  const sent = await transport.send(buildAccount(dialect));
  if (sent.kind !== "answered") {
    return [{
      check: "telephony",
      state: "failed",
      text: sent.why,
      fix: "Check TWILIO_API_URL, and that this machine may reach it: DNS, firewall, proxy.",
    }];
  }
  const account = accountFound(dialect, sent.answer);
  const clocks = clockFound(sent.answer, clock.now());
  if (account.state === "failed") return [account, ...clocks];
  return [account, await numberFound(options), ...clocks];
}

function accountFound({ provider }: Dialect, { status, body }: Answer): Check {
  const check = "telephony";
  if ([401, 403, 404].includes(status)) {
    return {
      check,
      state: "failed",
      text: `${provider} refuses these credentials (${status})`,
      fix: "Copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN anew from the provider's console; both " +
        "must be of the same account, and of the region that TWILIO_API_URL names.",
    };
  }
  const account = status === 200 ? parseAccount(body) : null;
  if (account === null) {
    return {
      check,
      state: "failed",
      text: `${provider} answered with status ${status}, and not as its API does`,
      fix: "Check TWILIO_API_URL, and the provider's status page.",
    };
  }
  if (account.status !== "active") {
    return {
      check,
      state: "failed",
      text: `the account is ${account.status}`,
      fix: "Settle in the provider's console what keeps it from being active.",
    };
  }
  if (account.trial) {
    return {
      check,
      state: "warning",
      text: "a trial account: it calls verified numbers only",
      fix: "Verify the phones to test with, or upgrade the account.",
    };
  }
  return { check, state: "ok", text: `${provider} takes these credentials` };
}

async function numberFound({ dialect, transport }: CheckOptions): Promise<Check> {
  const check = "number";
  const [numbers, callerIds] = await Promise.all([
    transport.send(buildNumbers(dialect)),
    transport.send(buildCallerIds(dialect)),
  ]);
  const bought = listOf(numbers, parseNumbers);
  if (bought?.some(({ voice }) => voice)) {
    return { check, state: "ok", text: "TWILIO_FROM is the account's, and may call" };
  }
  if (bought?.length) {
    const fix = "Set TWILIO_FROM to a number of the account that has the voice capability.";
    return { check, state: "failed", text: "TWILIO_FROM is the account's, but has no voice", fix };
  }
  const verified = listOf(callerIds, parseCallerIds);
  if (verified) return { check, state: "ok", text: "TWILIO_FROM is verified as a caller" };
  if (bought === null || verified === null) {
    const fix = "Look in the provider's console whether TWILIO_FROM may call.";
    return { check, state: "warning", text: "the provider did not tell of TWILIO_FROM", fix };
  }
  return {
    check,
    state: "failed",
    text: "TWILIO_FROM is neither the account's nor verified: every call would be refused",
    fix:
      "Buy the number, or verify it as a caller, or set TWILIO_FROM to one that the account has.",
  };
}

function listOf<T>(
  sent: Awaited<ReturnType<Transport["send"]>>,
  parse: (body: string) => T | null,
): T | null {
  return sent.kind === "answered" && sent.answer.status === 200 ? parse(sent.answer.body) : null;
}

function clockFound({ date }: Answer, now: Date): Check[] {
  if (date === null) return [];
  const check = "provider's clock";
  const seconds = Math.round((now.getTime() - date.getTime()) / 1000);
  const off = Math.abs(seconds);
  if (off <= TOLERABLE) return [{ check, state: "ok", text: `within ${TOLERABLE} s of ours` }];
  return [{
    check,
    state: off > HARMFUL ? "failed" : "warning",
    text: `this machine's clock is ${off} s ${seconds > 0 ? "ahead" : "behind"}`,
    fix: "Synchronise this machine's clock (NTP): calls in doubt are found by their time.",
  }];
}
