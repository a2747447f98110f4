/**
 * A provider that loses 15% of all answers, under a random load of orders: once where it cannot report,
 * and once where 15% of its reports are lost as well, and the others come late, twice and shuffled.
 */
import { assert, assertEquals } from "@std/assert";
import { SystemClock } from "../../adapters/clock.ts";
import { randomFrom } from "../support/cross_client.ts";
import { serverDatabases } from "../support/databases.ts";
import {
  assertMoneyAgrees,
  callsOf,
  initiate,
  setUpOrders,
  sleep,
  untilAllEnded,
} from "../support/killed_server.ts";
import { underName } from "../support/public_name.ts";
import { startServerProcess } from "../support/server_process.ts";
import { whenThere } from "../support/skip.ts";
import { ACCOUNT, TwilioFake, type Webhook } from "../support/twilio_fake.ts";

const CALLS = 60;
const LOST = 0.15;
const TWICE = 0.2;
/** Milliseconds that a report is under way at most: longer than most stages of a call. */
const MOST_DELAY = 4000;
/** Answered for two seconds, busy, no such number, refused with 429. */
const ENDINGS = ["0009", "0002", "0009", "0004", "0009", "0007"];
/** Of a call with a minute begun at the tariff of these tests, in micros: 0.013 and 0.171717. */
const PRICE = 184_717n;
const PUBLIC = new URL("https://studio.example.com");

/** What became of answers and reports. */
interface Tally {
  lost: number;
  reports: { lost: number; twice: number; outOfOrder: number };
  /** Statuses with which reports were answered. */
  statuses: Set<number>;
}

/** Loses an answer: the work is done, but nobody hears of it, or only of a failure. */
function lossy(fake: TwilioFake, random: () => number, tally: Tally) {
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

/** Sends reports as they fall due, each on a way of its own, until the signal; then lets them arrive. */
async function report(
  fake: TwilioFake,
  url: string,
  random: () => number,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let newest = 0;
  const send = async (webhook: Webhook, nth: number) => {
    await sleep(random() * MOST_DELAY);
    if (nth < newest) tally.reports.outOfOrder++;
    newest = Math.max(newest, nth);
    const { pathname, search } = new URL(webhook.url);
    const response = await fetch(url + pathname + search, {
      method: "POST",
      headers: { [fake.dialect.header]: webhook.signature },
      body: new URLSearchParams(webhook.fields),
    });
    await response.body?.cancel();
    tally.statuses.add(response.status);
  };
  for (let nth = 0; !signal.aborted; await sleep(50)) {
    for (const webhook of fake.due()) {
      nth++;
      const fate = random();
      if (fate < LOST) {
        tally.reports.lost++;
        continue;
      }
      const copies = fate < LOST + TWICE ? 2 : 1;
      if (copies === 2) tally.reports.twice++;
      for (let i = 0; i < copies; i++) {
        const sent = send(webhook, nth);
        underWay.add(sent);
        sent.finally(() => underWay.delete(sent));
      }
    }
  }
  await Promise.all(underWay);
}

for (const reports of [false, true]) {
  const title = reports
    ? "with 15% of its reports lost and the others late, twice and shuffled, it is the same"
    : "of a provider that loses 15% of its answers, each call ends, and none rings twice";
  whenThere("postgres", title, () => {
    Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
      const databases = (await serverDatabases())!;
      const { lanes, target, close } = await databases.fresh();
      assert("url" in target);
      const seed = Math.floor(Math.random() * 2 ** 31);
      const random = randomFrom(seed);
      const tally: Tally = {
        lost: 0,
        reports: { lost: 0, twice: 0, outOfOrder: 0 },
        statuses: new Set(),
      };
      const fake = new TwilioFake(new SystemClock());
      fake.habits.priceAfter = 1;
      const provider = Deno.serve({
        port: 0,
        hostname: "127.0.0.1",
        onListen() {},
        onError: () => new Response(null, { status: 500 }),
      }, lossy(fake, random, tally));
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
          // At an address of this machine alone no provider could report.
          ...(reports ? { PUBLIC_URL: PUBLIC.href } : {}),
        });
        const front = underName(reports ? PUBLIC.host : new URL(server.url).host, server.url);
        const over = new AbortController();
        const reporting = reports ? report(fake, front.url, random, tally, over.signal) : null;
        // Each order is asked for by several, at random moments.
        const asked = [...orders.values()].flatMap((order) => [order, order]).map(async (order) => {
          await sleep(random() * 5000);
          const answer = await initiate({ ...server, url: front.url }, token, order);
          assert(answer !== null && !answer.isError, answer?.content[0].text);
        });
        await Promise.all(asked);
        await untilAllEnded(lanes);
        over.abort();
        await reporting;
        await front.stop();
        assertEquals(await server.stop(), 0);
        console.log(`seed ${seed}: ${tally.lost} of ${fake.requests.length} answers lost`);
        if (reports) console.log("reports:", tally.reports);
        assert(tally.lost > CALLS * LOST / 2, `${tally.lost} lost`);
        const dialled = fake.creates.map((form) => form.get("To"));
        assertEquals(dialled.length, CALLS, "each was asked for");
        assertEquals(new Set(dialled).size, CALLS, "and none twice");
        // What rang is known as such, although the answer that said so may have been lost.
        const rang = new Map(
          [...fake.calls.values()].map(({ form, sid }) => [form.get("To"), sid]),
        );
        for (const call of await callsOf(lanes)) {
          const number = call.phone_number;
          assertEquals(call.provider_call_id, rang.get(number) ?? null, number);
          assertEquals(call.end_reason === "provider_unavailable", !rang.has(number), number);
          const talked = number.endsWith("0009");
          assertEquals([call.answered, call.price], [talked, talked ? PRICE : 0n], number);
        }
        await assertMoneyAgrees(lanes, CALLS);
        if (reports) {
          assert(Object.values(tally.reports).every((count) => count > 5), "it was as bad as told");
          assertEquals([...tally.statuses], [204], "every report that arrived was taken");
        }
      } finally {
        await provider.shutdown();
        await close();
        await databases.stop();
      }
    });
  });
}
