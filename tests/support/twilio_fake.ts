/**
 * A stand-in for Twilio's API and the phones behind it: keeps calls, lets them ring, talk and end as the
 * last four digits of the number decide, and signs its webhooks. Time is the test's.
 *
 * Its answers are checked against Twilio's published description (`tests/adapters/twilio_prism_test.ts`), so
 * that it cannot drift from that. One file, because it is one program with one state.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import type { Clock } from "../../src/kernel/clock.ts";

/** Who is stood in for: where its API is, and how its webhooks are signed. */
export const DIALECTS = {
  twilio: { root: "/2010-04-01", header: "X-Twilio-Signature", key: "the-account's-token" },
  signalwire: {
    root: "/api/laml/2010-04-01",
    header: "X-SignalWire-Signature",
    key: "PSK_a-key-of-its-own",
  },
} as const;

/** Credentials that the stand-in takes. */
export const ACCOUNT = {
  sid: "AC" + "0123456789abcdef".repeat(2),
  token: DIALECTS.twilio.key,
  from: "+14155559999",
};

/** A webhook that is on its way. */
export interface Webhook {
  url: string;
  fields: [string, string][];
  signature: string;
}

/** How an answered call goes, and what it costs. */
export interface Habits {
  /** Seconds from the end of a call until it has a price; null for never. */
  priceAfter: number | null;
  priceUnit: string;
  price: string;
  /** Price of a leg that the TwiML dials; null for none. */
  childPrice: string | null;
  /** Whether media can be had in parts. */
  ranges: boolean;
  /** Seconds from the end of a call until its recording is reported. */
  recordedAfter: number;
  /** Of the account. */
  status: string;
  type: string;
  /** What the account has of the number that calls: bought with voice, or without, verified, or nothing. */
  number: "voice" | "no voice" | "verified" | "none";
  /** Seconds by which its clock is ahead. */
  aheadBy: number;
}

/** Bytes of every recording. */
const MEDIA_BYTES = 5000;

/** A call as the stand-in keeps it. */
export interface FakeCall {
  sid: string;
  form: URLSearchParams;
  createdAt: number;
  /** Hung up by request at that time. */
  hungUpAt: number | null;
}

interface Stage {
  status: string;
  at: number;
  sip?: number;
}

/** The stand-in. */
export class TwilioFake {
  /** Every request to make a call, whatever became of it. */
  readonly creates: URLSearchParams[] = [];
  readonly calls = new Map<string, FakeCall>();
  readonly habits: Habits = {
    priceAfter: 60,
    priceUnit: "USD",
    price: "-0.01400",
    childPrice: null,
    ranges: true,
    recordedAfter: 3,
    status: "active",
    type: "Full",
    number: "voice",
    aheadBy: 0,
  };
  /** Paths of all requests, in order. */
  readonly requests: string[] = [];
  /** Requests that are being answered. */
  open = 0;
  /** Of these, such as never will be. */
  stuck = 0;
  #sent = new Set<string>();
  #quiet = new Set<string>();
  #made = 0;
  #released = Promise.withResolvers<void>();

  constructor(
    private readonly clock: Clock,
    readonly dialect: typeof DIALECTS[keyof typeof DIALECTS] = DIALECTS.twilio,
  ) {}

  /** Answers a request to the API. */
  async handle(request: Request): Promise<Response> {
    this.open++;
    try {
      const response = await this.#answer(request);
      const now = this.clock.now().getTime() + this.habits.aheadBy * 1000;
      response.headers.set("Date", new Date(now).toUTCString());
      return response;
    } finally {
      this.open--;
    }
  }

  /** Webhooks that are due and were not handed out yet, oldest first. */
  due(): Webhook[] {
    const now = this.clock.now().getTime();
    const webhooks: { at: number; id: string; webhook: Webhook }[] = [];
    for (const call of this.calls.values()) {
      if (this.#quiet.has(call.sid)) continue;
      for (const each of this.#webhooks(call)) {
        if (each.at <= now && !this.#sent.has(each.id)) webhooks.push(each);
      }
    }
    webhooks.sort((a, b) => a.at - b.at);
    for (const { id } of webhooks) this.#sent.add(id);
    return webhooks.map(({ webhook }) => webhook);
  }

  /** Lets go of requests that were never to be answered: whoever asked has given up. */
  release(): void {
    this.#released.resolve();
    this.#released = Promise.withResolvers();
  }

  /** When the next thing happens after now, in milliseconds; null when nothing more will. */
  nextAt(): number | null {
    const now = this.clock.now().getTime();
    const times = [...this.calls.values()].flatMap((call) => this.#webhooks(call))
      .map(({ at }) => at).filter((at) => at > now);
    return times.length === 0 ? null : Math.min(...times);
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const root = `${this.dialect.root}/Accounts/${ACCOUNT.sid}`;
    this.requests.push(`${request.method} ${url.pathname}`);
    const wanted = `Basic ${btoa(`${ACCOUNT.sid}:${ACCOUNT.token}`)}`;
    if (request.headers.get("authorization") !== wanted) return problem(401, 20003, "Authenticate");
    const path = url.pathname.startsWith(root) ? url.pathname.slice(root.length) : "";
    if (path === ".json") return this.#account();
    if (path === "/IncomingPhoneNumbers.json") return this.#numbers(url);
    if (path === "/OutgoingCallerIds.json") return this.#callerIds(url);
    if (path === "/Calls.json") {
      if (request.method === "GET") return this.#list(url);
      return await this.#create(new URLSearchParams(await request.text()));
    }
    const [, kind, sid, rest] =
      /^\/(Calls|Recordings)\/([A-Z]{2}[0-9a-f]{32})(\.json|\.mp3|\/Recordings\.json)$/.exec(
        path,
      ) ?? [];
    const call = this.calls.get(sid?.replace(/^RE/, "CA"));
    if (call === undefined) return problem(404, 20404, "The requested resource was not found");
    this.#quiet.delete(call.sid);
    if (kind === "Recordings") return this.#media(call, request.headers.get("range"));
    if (rest === "/Recordings.json") return this.#recordings(call, url);
    if (request.method === "POST") {
      const form = new URLSearchParams(await request.text());
      if (!["completed", "canceled"].includes(form.get("Status") ?? "")) {
        return problem(400, 21220, "Invalid call state");
      }
      call.hungUpAt ??= this.clock.now().getTime();
    }
    return Response.json(this.#resource(call));
  }

  #account(): Response {
    const { status, type } = this.habits;
    return Response.json({ sid: ACCOUNT.sid, friendly_name: "Acme", status, type });
  }

  #numbers(url: URL): Response {
    const { number } = this.habits;
    const ours = url.searchParams.get("PhoneNumber") === ACCOUNT.from && number.endsWith("voice");
    const capabilities = { voice: number === "voice", sms: true, mms: false, fax: false };
    const list = ours ? [{ phone_number: ACCOUNT.from, capabilities }] : [];
    return Response.json({ ...page(url), incoming_phone_numbers: list });
  }

  #callerIds(url: URL): Response {
    const ours = url.searchParams.get("PhoneNumber") === ACCOUNT.from;
    const list = ours && this.habits.number === "verified" ? [{ phone_number: ACCOUNT.from }] : [];
    return Response.json({ ...page(url), outgoing_caller_ids: list });
  }

  async #create(form: URLSearchParams): Promise<Response> {
    this.creates.push(form);
    const to = form.get("To") ?? "";
    if (!/^\+\d{8,15}$/.test(to)) return problem(400, 21211, "The 'To' number is not valid.");
    if (to.endsWith("0007")) return problem(429, 20429, "Too Many Requests");
    if (!form.has("Twiml") && !form.has("Url")) return problem(400, 21205, "Url is not valid");
    const sid = "CA" + (++this.#made).toString(16).padStart(32, "0");
    const call = { sid, form, createdAt: this.clock.now().getTime(), hungUpAt: null };
    this.calls.set(sid, call);
    if (!to.endsWith("0008")) return Response.json(this.#resource(call), { status: 201 });
    // The answer never comes, nor do reports, until somebody asks about the call.
    this.#quiet.add(sid);
    this.stuck++;
    await this.#released.promise;
    this.stuck--;
    return new Response(null, { status: 499 });
  }

  #list(url: URL): Response {
    const parent = url.searchParams.get("ParentCallSid");
    const [to, from] = [url.searchParams.get("To"), url.searchParams.get("From")];
    const calls = parent === null
      ? [...this.calls.values()].filter(({ form }) => {
        return (to ?? form.get("To")) === form.get("To") &&
          (from ?? form.get("From")) === form.get("From");
      }).reverse().map((call) => this.#resource(call))
      : this.#children(parent);
    return Response.json({ ...page(url), calls });
  }

  #children(parent: string): Record<string, unknown>[] {
    const call = this.calls.get(parent);
    const price = this.habits.childPrice;
    if (call === undefined || price === null) return [];
    return [{
      ...this.#resource(call),
      sid: parent.replace(/^CA0/, "CAf"),
      parent_call_sid: parent,
      direction: "outbound-dial",
      price: this.#isPriced(call) ? price : null,
    }];
  }

  #recordings(call: FakeCall, url: URL): Response {
    const recordings = this.#isRecorded(call) ? [this.#recording(call)] : [];
    return Response.json({ ...page(url), recordings });
  }

  #media(call: FakeCall, range: string | null): Response {
    if (!this.#isRecorded(call)) return problem(404, 20404, "The requested resource was not found");
    const bytes = new Uint8Array(MEDIA_BYTES).fill(0x55);
    bytes.set([0xff, 0xfb, 0x90, 0x64]);
    const headers = { "Content-Type": "audio/mpeg" };
    const match = this.habits.ranges ? /^bytes=(\d+)-(\d*)$/.exec(range ?? "") : null;
    if (match === null) return new Response(bytes, { headers });
    const start = Number(match[1]);
    const end = Math.min(match[2] === "" ? Infinity : Number(match[2]), bytes.length - 1);
    if (start >= bytes.length) {
      return new Response(null, {
        status: 416,
        headers: { "Content-Range": `bytes */${MEDIA_BYTES}` },
      });
    }
    return new Response(bytes.slice(start, end + 1), {
      status: 206,
      headers: { ...headers, "Content-Range": `bytes ${start}-${end}/${MEDIA_BYTES}` },
    });
  }

  /** What happens to a call, and when, as far as it will ever go. */
  #life({ form, createdAt, hungUpAt }: FakeCall): Stage[] {
    const fate = (form.get("To") ?? "").slice(-4);
    const at = (seconds: number) => createdAt + seconds * 1000;
    const stages: Stage[] = [{ status: "queued", at: createdAt }, {
      status: "initiated",
      at: at(0.5),
    }];
    const ring = Number(form.get("Timeout") ?? 60);
    if (fate === "0002") return [...stages, { status: "busy", at: at(2), sip: 486 }];
    if (fate === "0004") return [...stages, { status: "failed", at: at(2), sip: 404 }];
    stages.push({ status: "ringing", at: at(2) });
    if (fate === "0003") {
      const unanswered = at(2 + ring);
      return hungUpAt !== null && hungUpAt < unanswered
        ? [...stages, { status: "canceled", at: hungUpAt }]
        : [...stages, { status: "no-answer", at: unanswered }];
    }
    const talk = fate === "0009" ? 2 : fate === "0010" ? 3600 : fate === "0005" ? 20 : 45;
    const limit = Number(form.get("TimeLimit") ?? 14_400);
    const end = at(6 + Math.min(talk, limit));
    const over = hungUpAt === null ? end : Math.min(end, hungUpAt);
    if (over < at(6)) return [...stages, { status: "canceled", at: over }];
    return [...stages, { status: "in-progress", at: at(6) }, { status: "completed", at: over }];
  }

  #webhooks(call: FakeCall): { at: number; id: string; webhook: Webhook }[] {
    const { sid, form } = call;
    const found: { at: number; id: string; webhook: Webhook }[] = [];
    const post = (target: string, at: number, id: string, more: Record<string, string>) => {
      const url = form.get(target);
      if (url === null) return;
      const fields = Object.entries({
        AccountSid: ACCOUNT.sid,
        ApiVersion: "2010-04-01",
        CallSid: sid,
        From: form.get("From") ?? "",
        To: form.get("To") ?? "",
        ...more,
      });
      found.push({
        at,
        id: `${sid} ${id}`,
        webhook: { url, fields, signature: sign(url, fields, this.dialect.key) },
      });
    };
    const life = this.#life(call);
    const answered = life.find(({ status }) => status === "in-progress");
    for (const [nth, { status, at, sip }] of life.entries()) {
      const name = { "in-progress": "answered" }[status] ??
        (["initiated", "ringing"].includes(status) ? status : "completed");
      if (status === "queued" || !form.getAll("StatusCallbackEvent").includes(name)) continue;
      const done = status === "completed" && answered;
      post("StatusCallback", at, status, {
        CallStatus: status,
        CallbackSource: "call-progress-events",
        SequenceNumber: String(nth - 1),
        Timestamp: rfc2822(at),
        Direction: "outbound-api",
        ...(done ? { CallDuration: String((at - answered.at) / 1000), Duration: "1" } : {}),
        ...(sip === undefined ? {} : { SipResponseCode: String(sip) }),
      });
      if (status === "in-progress" && form.get("AsyncAmd") === "true") {
        post("AsyncAmdStatusCallback", at + 1500, "amd", { AnsweredBy: this.#answeredBy(call) });
      }
      if (done) {
        const recordedAt = at + this.habits.recordedAfter * 1000;
        post("RecordingStatusCallback", recordedAt, "recording", {
          RecordingSid: sid.replace(/^CA/, "RE"),
          RecordingStatus: "completed",
          RecordingDuration: String((at - answered.at) / 1000),
          RecordingUrl: `https://api.twilio.com/secret/${sid}`,
        });
      }
    }
    return found;
  }

  #answeredBy({ form }: FakeCall): string {
    return form.get("To")?.endsWith("0005") ? "machine_start" : "human";
  }

  #stageNow(call: FakeCall): Stage {
    const now = this.clock.now().getTime();
    return this.#life(call).findLast(({ at }) => at <= now)!;
  }

  #isPriced(call: FakeCall): boolean {
    const { status, at } = this.#stageNow(call);
    const { priceAfter } = this.habits;
    const now = this.clock.now().getTime();
    return status === "completed" && priceAfter !== null && now >= at + priceAfter * 1000;
  }

  #isRecorded(call: FakeCall): boolean {
    return call.form.get("Record") === "true" && this.#stageNow(call).status === "completed";
  }

  #recording(call: FakeCall): Record<string, unknown> {
    const sid = call.sid.replace(/^CA/, "RE");
    const { at } = this.#stageNow(call);
    return {
      account_sid: ACCOUNT.sid,
      api_version: "2010-04-01",
      call_sid: call.sid,
      conference_sid: null,
      date_created: rfc2822(at),
      date_updated: rfc2822(at),
      start_time: rfc2822(at),
      duration: this.#resource(call).duration,
      sid,
      price: null,
      price_unit: "USD",
      status: "completed",
      channels: 1,
      source: "OutboundAPI",
      error_code: null,
      uri: `/2010-04-01/Accounts/${ACCOUNT.sid}/Recordings/${sid}.json`,
      encryption_details: null,
    };
  }

  #resource(call: FakeCall): Record<string, unknown> {
    const { sid, form, createdAt } = call;
    const life = this.#life(call);
    const now = this.#stageNow(call);
    const over = now.status === life.at(-1)!.status;
    const answered = life.find(({ status, at }) => status === "in-progress" && at <= now.at);
    const uri = `/2010-04-01/Accounts/${ACCOUNT.sid}/Calls/${sid}`;
    return {
      sid,
      account_sid: ACCOUNT.sid,
      parent_call_sid: null,
      phone_number_sid: null,
      to: form.get("To"),
      to_formatted: form.get("To"),
      from: form.get("From"),
      from_formatted: form.get("From"),
      status: now.status === "initiated" ? "queued" : now.status,
      date_created: rfc2822(createdAt),
      date_updated: rfc2822(now.at),
      start_time: now.status === "queued" ? null : rfc2822(createdAt + 500),
      end_time: over ? rfc2822(now.at) : null,
      duration: over && answered ? String((now.at - answered.at) / 1000) : null,
      price: this.#isPriced(call) ? this.habits.price : null,
      price_unit: this.habits.priceUnit,
      direction: "outbound-api",
      answered_by: answered && this.clock.now().getTime() >= answered.at + 1500
        ? this.#answeredBy(call)
        : null,
      annotation: null,
      api_version: "2010-04-01",
      forwarded_from: null,
      group_sid: null,
      caller_name: null,
      queue_time: "0",
      trunk_sid: null,
      uri: `${uri}.json`,
      subresource_uris: { recordings: `${uri}/Recordings.json` },
    };
  }
}

/** The signature that Twilio would send, by means other than the product's. */
export function sign(
  url: string,
  fields: [string, string][],
  token: string = ACCOUNT.token,
): string {
  const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHmac("sha1", token).update(url + sorted.flat().join(""), "utf8").digest("base64");
}

function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace("GMT", "+0000");
}

function page(url: URL): Record<string, unknown> {
  const uri = url.pathname + url.search;
  return {
    first_page_uri: uri,
    end: 0,
    next_page_uri: null,
    page: 0,
    page_size: 50,
    previous_page_uri: null,
    start: 0,
    uri,
  };
}

function problem(status: number, code: number, message: string): Response {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return Response.json({ code, message, more_info, status }, { status });
}
