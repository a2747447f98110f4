/**
 * Requests to Twilio's 2010-04-01 API, and what its answers mean; nothing is sent from here.
 *
 * Source: https://www.twilio.com/docs/voice/api/call-resource,
 * https://www.twilio.com/docs/voice/api/recording.
 *
 * @module
 */
import type { AnsweredBy } from "../../../src/calls/call.ts";
import type { DialResult } from "../../../src/calls/call_gateway.ts";
import type { Callback } from "./callback_urls.ts";
import type { Dialect } from "./dialect.ts";
import { MAX_INLINE } from "./twiml.ts";
import { answeredByOf, refusalOf } from "./statuses.ts";
import type { Answer, ApiRequest, Sent } from "./transport.ts";

/** A call as the provider tells of it. */
export interface CallResource {
  sid: string;
  status: string;
  createdAt: Date | null;
  endedAt: Date | null;
  /** From the answer; null when never answered or not over. */
  durationSeconds: number | null;
  answeredBy: AnsweredBy | null;
  direction: string;
  /** Decimal text, negative for what is charged; null until it is known. */
  price: string | null;
  /** ISO 4217. */
  priceUnit: string | null;
}

/** A recording as the provider tells of it. */
export interface RecordingResource {
  sid: string;
  durationSeconds: number | null;
}

/** A call to be made. */
export interface NewCall {
  to: string;
  ringSeconds: number;
  maxSeconds: number;
  twiml: string;
  /** Null when the provider cannot reach us. */
  callbacks: Record<Callback, string> | null;
}

/** `POST /Calls`: neither idempotent nor given any key for that, so it is sent once. */
export function buildCreate(dialect: Dialect, call: NewCall): ApiRequest {
  const { callbacks, twiml } = call;
  const form: [string, string][] = [
    ["To", call.to],
    ["From", dialect.from],
    ["Timeout", String(call.ringSeconds)],
    ["TimeLimit", String(call.maxSeconds)],
    ["Record", "true"],
    ...dialect.extraFields,
  ];
  if (callbacks !== null && twiml.length > MAX_INLINE) form.push(["Url", callbacks.twiml]);
  else form.push(["Twiml", twiml]);
  if (callbacks !== null) {
    form.push(["StatusCallback", callbacks.status]);
    for (const event of ["initiated", "ringing", "answered", "completed"]) {
      form.push(["StatusCallbackEvent", event]);
    }
    form.push(
      ["RecordingStatusCallback", callbacks.recording],
      ["RecordingStatusCallbackEvent", "completed"],
      ["AsyncAmdStatusCallback", callbacks["answered-by"]],
    );
  }
  return { method: "POST", url: `${dialect.accountUrl}/Calls.json`, form };
}

/** What became of the wish to dial, and the provider's own code of a refusal. */
export function parseCreate(sent: Sent<Answer>): { result: DialResult; code: number | null } {
  const unknown = (why: string) => ({ result: { kind: "unknown", why } as const, code: null });
  if (sent.kind === "not_sent") {
    return { result: { kind: "refused", reason: "provider_unavailable" }, code: null };
  }
  if (sent.kind === "in_doubt") return unknown(sent.why);
  const { status, body } = sent.answer;
  const json = parseObject(body);
  if (status >= 400 && status < 500) {
    const code = typeof json?.code === "number" ? json.code : null;
    return { result: { kind: "refused", reason: refusalOf(status, code) }, code };
  }
  if (status < 200 || status > 299) return unknown(`the provider answered with status ${status}`);
  const sid = json && textOf(json.sid);
  if (!sid) return unknown("the provider's answer was cut off or not understood");
  return { result: { kind: "accepted", providerCallId: sid }, code: null };
}

/** `GET /Calls/{sid}`. */
export function buildFetch(dialect: Dialect, sid: string): ApiRequest {
  return { method: "GET", url: `${dialect.accountUrl}/Calls/${encodeURIComponent(sid)}.json` };
}

/** The call of an answer, or null when the answer is none. */
export function parseFetch(body: string): CallResource | null {
  return callOf(parseObject(body));
}

/** `GET /Calls`: the newest calls to a number from ours. Those still queued have no start yet. */
export function buildFind(dialect: Dialect, to: string): ApiRequest {
  const query = new URLSearchParams({ To: to, From: dialect.from, PageSize: "50" });
  return { method: "GET", url: `${dialect.accountUrl}/Calls.json?${query}` };
}

/** `GET /Calls`: the calls that a call's TwiML made, each with a price of its own. */
export function buildChildren(dialect: Dialect, sid: string): ApiRequest {
  const query = new URLSearchParams({ ParentCallSid: sid, PageSize: "50" });
  return { method: "GET", url: `${dialect.accountUrl}/Calls.json?${query}` };
}

/** The calls of a list, or null when the answer is none. */
export function parseList(body: string): CallResource[] | null {
  const list = parseObject(body)?.calls;
  if (!Array.isArray(list)) return null;
  const calls = list.map(callOf);
  return calls.every((call) => call !== null) ? calls : null;
}

/** `POST /Calls/{sid}`: ends a call, whether it rings or is answered. */
export function buildHangUp(dialect: Dialect, sid: string): ApiRequest {
  return { ...buildFetch(dialect, sid), method: "POST", form: [["Status", "completed"]] };
}

/** `GET /Calls/{sid}/Recordings`. */
export function buildRecordings(dialect: Dialect, sid: string): ApiRequest {
  const call = `${dialect.accountUrl}/Calls/${encodeURIComponent(sid)}`;
  return { method: "GET", url: `${call}/Recordings.json` };
}

/** The recording that is ready, if any. */
export function parseRecordings(body: string): RecordingResource | null {
  const list = parseObject(body)?.recordings;
  if (!Array.isArray(list)) return null;
  const ready = list.find((each) => each?.status === "completed" && textOf(each?.sid));
  return ready ? { sid: ready.sid, durationSeconds: secondsOf(ready.duration) } : null;
}

/** An account as the provider tells of it. */
export interface AccountResource {
  /** `active`, `suspended` or `closed`. */
  status: string;
  trial: boolean;
}

/** `GET /Accounts/{sid}`. */
export function buildAccount(dialect: Dialect): ApiRequest {
  return { method: "GET", url: `${dialect.accountUrl}.json` };
}

/** The account of an answer, or null when the answer is none. */
export function parseAccount(body: string): AccountResource | null {
  const json = parseObject(body);
  const status = textOf(json?.status);
  return status === null ? null : { status, trial: json?.type === "Trial" };
}

/** `GET /IncomingPhoneNumbers`: our number, if it is the account's. */
export function buildNumbers(dialect: Dialect): ApiRequest {
  const query = new URLSearchParams({ PhoneNumber: dialect.from });
  return { method: "GET", url: `${dialect.accountUrl}/IncomingPhoneNumbers.json?${query}` };
}

/** What each of the account's numbers can do, or null when the answer is none. */
export function parseNumbers(body: string): { voice: boolean }[] | null {
  const list = parseObject(body)?.incoming_phone_numbers;
  if (!Array.isArray(list)) return null;
  return list.map((each) => ({ voice: each?.capabilities?.voice !== false }));
}

/** `GET /OutgoingCallerIds`: our number, if it was verified. */
export function buildCallerIds(dialect: Dialect): ApiRequest {
  const query = new URLSearchParams({ PhoneNumber: dialect.from });
  return { method: "GET", url: `${dialect.accountUrl}/OutgoingCallerIds.json?${query}` };
}

/** Whether there is one, or null when the answer is none. */
export function parseCallerIds(body: string): boolean | null {
  const list = parseObject(body)?.outgoing_caller_ids;
  return Array.isArray(list) ? list.length > 0 : null;
}

/** `GET /Recordings/{sid}.mp3`: the sound itself. */
export function buildMedia(dialect: Dialect, sid: string, range: string | null): ApiRequest {
  const url = `${dialect.accountUrl}/Recordings/${encodeURIComponent(sid)}.mp3`;
  // Packed bytes could be neither counted nor cut.
  const headers: Record<string, string> = { Accept: "audio/mpeg", "Accept-Encoding": "identity" };
  if (range !== null) headers.Range = range;
  return { method: "GET", url, headers };
}

/** Whole seconds, or null for what is no length of time. */
export function secondsOf(value: unknown): number | null {
  const text = textOf(value);
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null;
}

/** A moment as RFC 2822 or ISO 8601 writes it. */
export function momentOf(value: unknown): Date | null {
  const text = textOf(value);
  const at = text === null ? NaN : Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at);
}

function callOf(json: Record<string, unknown> | null): CallResource | null {
  const sid = textOf(json?.sid);
  const status = textOf(json?.status);
  if (!json || sid === null || status === null) return null;
  return {
    sid,
    status,
    createdAt: momentOf(json.date_created),
    endedAt: momentOf(json.end_time) ?? momentOf(json.date_updated),
    durationSeconds: secondsOf(json.duration),
    answeredBy: answeredByOf(textOf(json.answered_by)),
    direction: textOf(json.direction) ?? "",
    price: textOf(json.price),
    priceUnit: textOf(json.price_unit),
  };
}

function textOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

function parseObject(body: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === "object" && json !== null ? { ...json } : null;
  } catch {
    return null;
  }
}
