import { assert, assertEquals, assertExists } from "@std/assert";
import { SystemClock } from "../../adapters/clock.ts";
import type { Lanes } from "../../adapters/postgres/lanes.ts";
import { serverDatabases } from "../support/databases.ts";
import {
  assertMoneyAgrees,
  callsOf,
  type EndedCall,
  initiate,
  setUpOrders,
  sleep,
  untilAllEnded,
} from "../support/killed_server.ts";
import { startServerProcess } from "../support/server_process.ts";
import { whenThere } from "../support/skip.ts";
import { ACCOUNT, TwilioFake } from "../support/twilio_fake.ts";

/** Where the server dies: before the provider has seen a request, before its answer has come, or anywhere. */
const KILLS = ["unseen", "unanswered", "unseen", "unanswered", "any", "any", "any", "any"] as const;
const CALLS_PER_ROUND = 3;
/** A round that ends at a random moment does so within this many milliseconds: a call takes eight seconds. */
const ROUND_MS = 6_000;
/** Answered for two seconds, busy, no such number, answered again, refused with 429. */
const ENDINGS = ["0009", "0002", "0004", "0009", "0007"];

/** The provider on a socket. */
class Provider implements AsyncDisposable {
  readonly fake = new TwilioFake(new SystemClock());
  /** What becomes of requests to make a call. */
  fate: "answered" | "unanswered" | "unseen" = "answered";
  /** Numbers of requests that are held. */
  readonly held: string[] = [];
  #release = Promise.withResolvers<void>();
  readonly #server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => this.#handle(request),
  );
  readonly url = `http://127.0.0.1:${this.#server.addr.port}`;

  constructor() {
    // The price is there once the server looks for it.
    this.fake.habits.priceAfter = 1;
  }

  /** Lets go of what is held: whoever asked is gone. */
  release(): void {
    this.held.length = 0;
    this.#release.resolve();
    this.#release = Promise.withResolvers();
  }

  async #handle(request: Request): Promise<Response> {
    const isCreate = request.method === "POST" && request.url.endsWith("/Calls.json");
    if (!isCreate || this.fate === "answered") return await this.fake.handle(request);
    const copy = request.clone();
    const to = new URLSearchParams(await copy.text()).get("To") ?? "";
    const answer = this.fate === "unseen"
      ? new Response(null, { status: 502 })
      : await this.fake.handle(request);
    const released = this.#release.promise;
    this.held.push(to);
    await released;
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    await this.#server.shutdown();
  }
}

const title =
  "with TELEPHONY=twilio, a server killed before or after the dial mark loses no money, and asks for no call twice";
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = await serverDatabases();
    assertExists(databases);
    const { lanes, target, close } = await databases.fresh();
    assert("url" in target);
    await using provider = new Provider();
    const env = {
      DATABASE_URL: target.url,
      TELEPHONY: "twilio",
      TWILIO_API_URL: provider.url,
      TWILIO_ACCOUNT_SID: ACCOUNT.sid,
      TWILIO_AUTH_TOKEN: ACCOUNT.token,
      TWILIO_FROM: ACCOUNT.from,
      TWILIO_QUIET_SECONDS: "16",
    };
    const numbers = Array.from(
      { length: KILLS.length * CALLS_PER_ROUND },
      (_, i) => `+1415${200 + i}${ENDINGS[i % ENDINGS.length]}`,
    );
    const agent = { kind: "websocket", url: "wss://agent.example.com/media" } as const;
    try {
      const { token, orders } = await setUpOrders(lanes, numbers, agent);
      const unseen = new Set<string>();
      for (const [i, kill] of KILLS.entries()) {
        const server = await startServerProcess(env);
        const ours = numbers.slice(i * CALLS_PER_ROUND, (i + 1) * CALLS_PER_ROUND);
        provider.fate = kill === "any" ? "answered" : kill;
        const asked = ours.map((number) => initiate(server, token, orders.get(number)!));
        if (kill === "any") {
          await sleep(Math.random() ** 2 * ROUND_MS);
        } else {
          while (ours.some((number) => !provider.held.includes(number))) await sleep(5);
          const committed = (await callsOf(lanes)).filter((call) => {
            return ours.includes(call.phone_number);
          });
          assertEquals(committed.map((call) => call.phone_number).sort(), ours.toSorted());
          assert(committed.every((call) => call.provider_call_id === null), "nothing is recorded");
          if (kill === "unseen") { for (const number of ours) unseen.add(number); }
        }
        await server.kill();
        await Promise.all(asked);
        provider.fate = "answered";
        provider.release();
      }
      const server = await startServerProcess(env);
      for (const order of orders.values()) {
        const answer = await initiate(server, token, order);
        assertExists(answer);
        assertEquals(answer.isError ?? false, false, answer.content[0].text);
      }
      await untilAllEnded(lanes);
      await untilPriced(lanes);
      assertEquals(await server.stop(), 0);
      const calls = await callsOf(lanes);
      assertAskedOnce(provider.fake, calls, unseen);
      await assertMoneyAgrees(lanes, orders.size);
    } finally {
      await close();
      await databases.stop();
    }
  });
});

/** Waits until the cost of every answered call is known: also of those that ended before a kill. */
async function untilPriced(lanes: Lanes): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const unpriced = (await callsOf(lanes)).filter((call) => {
      return call.answered && call.phone_cost === null;
    });
    if (unpriced.length === 0) return;
    assert(Date.now() < until, `${unpriced.length} calls were never priced`);
    await sleep(200);
  }
}

/** What the provider was asked for, what it put through, and what the studio knows of it, fit together. */
function assertAskedOnce(fake: TwilioFake, calls: readonly EndedCall[], unseen: Set<string>): void {
  const asked = fake.creates.map((form) => form.get("To")!);
  assertEquals(asked.length, new Set(asked).size, "no call was asked for twice");
  assertEquals(asked.filter((number) => unseen.has(number)), [], "what was lost is not sent again");
  const rang = new Map([...fake.calls.values()].map(({ form, sid }) => [form.get("To"), sid]));
  for (const call of calls) {
    const sid = rang.get(call.phone_number) ?? null;
    assertEquals(call.provider_call_id, sid, call.phone_number);
    const never = call.end_reason === "provider_unavailable";
    assertEquals(never, sid === null, "a call either rang or surely did not");
    if (call.answered) assertEquals(call.phone_cost, 14_000n);
  }
}
