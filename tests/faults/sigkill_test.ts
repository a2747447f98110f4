import { assert, assertEquals, assertExists } from "@std/assert";
import type { Lanes } from "../../adapters/postgres/lanes.ts";
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

const KILLS = 25;
const CALLS_PER_ROUND = 3;
/** A round ends at a random moment within this many milliseconds. */
const ROUND_MS = 900;
const SPEED = "100";
/** Answered, busy, voicemail, opt-out, refused, timed out, short, and drawn. */
const ENDINGS = ["0001", "0002", "0005", "0006", "0007", "0008", "0009", "2468"];

const title = "a server killed at any moment of a call loses no money, and dials nothing twice";
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = await serverDatabases();
    assertExists(databases);
    const { lanes, target, close } = await databases.fresh();
    assert("url" in target);
    const env = { DATABASE_URL: target.url, SIMULATED_PHONE_SPEED: SPEED };
    const numbers = Array.from(
      { length: KILLS * CALLS_PER_ROUND },
      (_, i) => `+1415${200 + i}${ENDINGS[i % ENDINGS.length]}`,
    );
    try {
      const { token, orders: byNumber } = await setUpOrders(lanes, numbers, { kind: "simulated" });
      const orders = [...byNumber.values()];
      const answered = new Map<string, unknown>();
      for (let kill = 0; kill < KILLS; kill++) {
        const server = await startServerProcess(env);
        const wanted = orders.filter((order) => !answered.has(order));
        const round = wanted.slice(0, CALLS_PER_ROUND).map(async (order) => {
          const answer = await initiate(server, token, order);
          if (answer) answered.set(order, answer.structuredContent?.callUuid);
        });
        await sleep(Math.random() ** 3 * ROUND_MS);
        await server.kill();
        await Promise.all(round);
      }
      const server = await startServerProcess(env);
      for (const order of orders) {
        const answer = await initiate(server, token, order);
        assertExists(answer);
        assertEquals(answer.isError ?? false, false, answer.content[0].text);
        const callUuid = answer.structuredContent?.callUuid;
        assertEquals(callUuid, answered.get(order) ?? callUuid);
      }
      await untilAllEnded(lanes);
      assertEquals(await server.stop(), 0);
      await assertDialledOnce(lanes, orders.length);
      await assertMoneyAgrees(lanes, orders.length);
    } finally {
      await close();
      await databases.stop();
    }
  });
});

/** What the network dialled, and what the studio thinks it did, fit together. */
async function assertDialledOnce(lanes: Lanes, orders: number): Promise<void> {
  const dialled = await lanes.flight(
    { role: "phone_network" },
    (sql) =>
      sql<{ call_id: string; requests: number; refused: string | null }>`
      select call_id, requests, refused from phone_network.calls`,
  );
  const calls = await callsOf(lanes);
  assertEquals(dialled.filter(({ requests }) => requests !== 1), [], "each was asked for once");
  const rang = new Set(dialled.filter(({ refused }) => refused === null).map((d) => d.call_id));
  const unreachable = calls.filter((call) => call.end_reason === "provider_unavailable");
  assertEquals(rang.size + unreachable.length, orders, "a call either rang or surely did not");
  assert(unreachable.every(({ id }) => !rang.has(id)));
}
