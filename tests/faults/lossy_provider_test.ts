/** A provider that loses 15% of all answers, and of which no report comes, under a random load of orders. */
import { assert, assertEquals } from "@std/assert";
import { SystemClock } from "../../adapters/clock.ts";
import { serverDatabases } from "../support/databases.ts";
import {
  assertMoneyAgrees,
  callsOf,
  initiate,
  setUpOrders,
  sleep,
  untilAllEnded,
} from "../support/killed_server.ts";
import { startServerProcess } from "../support/server_process.ts";
import { whenThere } from "../support/skip.ts";
import { ACCOUNT, TwilioFake } from "../support/twilio_fake.ts";
import { randomFrom } from "../support/cross_client.ts";

const CALLS = 60;
const LOST = 0.15;
/** Answered for two seconds, busy, no such number, refused with 429. */
const ENDINGS = ["0009", "0002", "0009", "0004", "0009", "0007"];

/** Loses an answer: the work is done, but nobody hears of it, or only of a failure. */
function lossy(fake: TwilioFake, random: () => number, tally: { lost: number }) {
  return async (request: Request): Promise<Response> => {
    const answer = await fake.handle(request);
    if (random() >= LOST) return answer;
    tally.lost++;
    const body = new Uint8Array(await answer.arrayBuffer());
    const how = random();
    // A failure after the work, half an answer, or none.
    if (how < 0.4) return new Response("<html>", { status: 502 });
    const cut = new ReadableStream({
      start(stream) {
        if (how < 0.7) stream.enqueue(body.slice(0, body.length / 2));
        stream.error(new Error("lost"));
      },
    });
    return new Response(cut, { status: answer.status });
  };
}

const title = "of a provider that loses 15% of its answers, each call ends, and none rings twice";
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = (await serverDatabases())!;
    const { lanes, target, close } = await databases.fresh();
    assert("url" in target);
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = randomFrom(seed);
    const tally = { lost: 0 };
    const fake = new TwilioFake(new SystemClock());
    fake.habits.priceAfter = 1;
    const handle = lossy(fake, random, tally);
    const provider = Deno.serve({
      port: 0,
      hostname: "127.0.0.1",
      onListen() {},
      onError: () => new Response(null, { status: 500 }),
    }, handle);
    const numbers = Array.from(
      { length: CALLS },
      (_, i) => `+1415${200 + i}${ENDINGS[i % ENDINGS.length]}`,
    );
    const agent = { kind: "websocket", url: "wss://agent.example.com/media" } as const;
    try {
      const { token, orders } = await setUpOrders(lanes, numbers, agent);
      const server = await startServerProcess({
        DATABASE_URL: target.url,
        TELEPHONY: "twilio",
        TWILIO_API_URL: `http://127.0.0.1:${provider.addr.port}`,
        TWILIO_ACCOUNT_SID: ACCOUNT.sid,
        TWILIO_AUTH_TOKEN: ACCOUNT.token,
        TWILIO_FROM: ACCOUNT.from,
        TWILIO_QUIET_SECONDS: "16",
      });
      // Each order is asked for by several, at random moments.
      const asked = [...orders.values()].flatMap((order) => [order, order]).map(async (order) => {
        await sleep(random() * 5000);
        const answer = await initiate(server, token, order);
        assert(answer !== null && !answer.isError, answer?.content[0].text);
      });
      await Promise.all(asked);
      await untilAllEnded(lanes);
      assertEquals(await server.stop(), 0);
      console.log(`seed ${seed}: ${tally.lost} of ${fake.requests.length} answers lost`);
      assert(tally.lost > CALLS * LOST / 2, `${tally.lost} lost`);
      const dialled = fake.creates.map((form) => form.get("To"));
      assertEquals(dialled.length, CALLS, "each was asked for");
      assertEquals(new Set(dialled).size, CALLS, "and none twice");
      // What rang is known as such, although the answer that said so may have been lost.
      const rang = new Map([...fake.calls.values()].map(({ form, sid }) => [form.get("To"), sid]));
      for (const call of await callsOf(lanes)) {
        assertEquals(call.provider_call_id, rang.get(call.phone_number) ?? null);
        const never = call.end_reason === "provider_unavailable";
        assertEquals(never, !rang.has(call.phone_number), call.phone_number);
      }
      await assertMoneyAgrees(lanes, CALLS);
    } finally {
      await provider.shutdown();
      await close();
      await databases.stop();
    }
  });
});
