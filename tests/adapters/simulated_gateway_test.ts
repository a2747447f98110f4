/**
 * The simulated phone network under the contract of every `CallGateway`, and what is its own.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemoryPhoneBooks } from "../../adapters/telephony/simulated/memory_books.ts";
import {
  type NetworkOptions,
  SimulatedPhoneNetwork,
} from "../../adapters/telephony/simulated/network.ts";
import type { CallEvent } from "../../src/calls/call_event.ts";
import { aDial, callGatewayContract, type GatewayHarness } from "../contracts/call_gateway.ts";
import { FakeClock } from "../support/fake_clock.ts";

const SPEED = 20;
/** Real milliseconds after which an ordinary call is over and paid for. */
const WHOLE_CALL = 600_000 / SPEED;

/** A network, its parts, and everything that it reports. */
function setUp(options: Partial<NetworkOptions> = {}) {
  const clock = new FakeClock();
  const books = new MemoryPhoneBooks();
  const network = new SimulatedPhoneNetwork({ books, clock, speed: SPEED, ...options });
  const reported: CallEvent[] = [];
  const deliver = (event: CallEvent) => Promise.resolve(reported.push(event));
  return { clock, books, network, reported, deliver };
}

callGatewayContract("simulated", (): Promise<GatewayHarness> => {
  const { clock, books, network, reported, deliver } = setUp();
  return Promise.resolve({
    gateway: network,
    reported: ({ callId }) => reported.filter(({ ref }) => ref.callId === callId),
    async pass(seconds) {
      await clock.advance((seconds * 1000) / SPEED);
      while (await network.pump(deliver) > 0);
    },
    async dials({ callId }) {
      const lines = await books.list(1000);
      return lines.filter(({ ref, refused }) => ref.callId === callId && refused === null).length;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

Deno.test("the simulated network's books tell a refused request from a call", async () => {
  const { network, books } = setUp();
  await network.dial(aDial("0007").request);
  await network.dial(aDial("0001").request);
  const refusals = (await books.list(9)).map(({ refused }) => refused);
  assertEquals(new Set(refusals), new Set(["provider_unavailable", null]));
});

Deno.test("an event that cannot be delivered comes again, and none overtakes it", async () => {
  const failures: unknown[] = [];
  const { clock, network, reported } = setUp({ onFailure: (cause) => failures.push(cause) });
  await network.dial(aDial("0001").request);
  await clock.advance(WHOLE_CALL);
  let broken = 4;
  const deliver = (event: CallEvent) => {
    if (event.report.type === "answered" && broken-- > 0) return Promise.reject(new Error("down"));
    return Promise.resolve(reported.push(event));
  };
  const waits: number[] = [];
  for (let tried = 0; reported.at(-1)?.report.type !== "ended"; tried++) {
    const before = clock.now().getTime();
    while (await network.pump(deliver) === 0) await clock.advance(500);
    waits.push(clock.now().getTime() - before);
    assert(tried < 10);
  }
  assertEquals(reported.map(({ report }) => report.type), [
    "queued",
    "ringing",
    "answered",
    "transcript",
    "outcomes",
    "recording",
    "phone_cost",
    "ended",
  ]);
  assertEquals(failures.length, 4);
  assert(waits.at(-1)! >= 4 * 500, "waits between tries");
});

Deno.test("of two replicas, each event is reported by one", async () => {
  const { clock, books, network, reported, deliver } = setUp();
  const replica = new SimulatedPhoneNetwork({ books, clock, speed: SPEED });
  for (let i = 0; i < 10; i++) await network.dial(aDial("0001").request);
  await clock.advance(WHOLE_CALL);
  await Promise.all([network.pump(deliver), replica.pump(deliver)]);
  const ids = reported.map(({ ref, eventId }) => `${ref.callId} ${eventId}`);
  assertEquals(ids.length, 80);
  assertEquals(new Set(ids).size, 80);
});

Deno.test("what a killed replica had taken on, another reports", async () => {
  const { clock, books, network, reported, deliver } = setUp();
  await network.dial(aDial("0001").request);
  await clock.advance(WHOLE_CALL);
  // Claims the call, and never comes back.
  void network.pump(() => new Promise(() => {}));
  const replica = new SimulatedPhoneNetwork({ books, clock, speed: 1, seed: "other" });
  assertEquals(await replica.pump(deliver), 0);
  await clock.advance(2000);
  assertEquals(await replica.pump(deliver), 8);
  assertEquals(reported.at(-1)?.report.type, "ended");
});

Deno.test("a call keeps the speed and seed that it was dialled with", async () => {
  const { clock, books, network } = setUp();
  const { request, call } = aDial("4321");
  await network.dial(request);
  await clock.advance(WHOLE_CALL);
  const restarted = new SimulatedPhoneNetwork({ books, clock, speed: 1, seed: "other" });
  assertEquals(await restarted.lookup(call), await network.lookup(call));
});

Deno.test("books that cannot be reached leave a dial and a look in doubt", async () => {
  const books = new MemoryPhoneBooks();
  const failures: unknown[] = [];
  const { network } = setUp({ books, onFailure: (cause) => failures.push(cause) });
  const gone = (): Promise<never> => Promise.reject(new Error("the books are gone"));
  books.ask = gone;
  books.get = gone;
  const { request, call } = aDial("0001");
  assertEquals((await network.dial(request)).kind, "unknown");
  assertEquals((await network.lookup(call)).kind, "unknown");
  await assertRejects(() => network.recording(call, null));
  assertEquals(failures.length, 2);
});

Deno.test("the pump outlives books that fail, and stops when told", async () => {
  const books = new MemoryPhoneBooks();
  const claim = books.claim.bind(books);
  const failures: unknown[] = [];
  const { clock, network, reported, deliver } = setUp({
    books,
    onFailure: (cause) => failures.push(cause),
  });
  const stop = new AbortController();
  const running = network.run(deliver, stop.signal);
  books.claim = () => Promise.reject(new Error("the books are gone"));
  await network.dial(aDial("0001").request);
  await clock.advance(1000);
  assert(failures.length > 0);
  books.claim = claim;
  await clock.advance(WHOLE_CALL);
  assertEquals(reported.at(-1)?.report.type, "ended");
  stop.abort();
  await running;
});

Deno.test("a pump that is told to stop before it starts does nothing", async () => {
  const { network, deliver, reported } = setUp();
  await network.dial(aDial("0001").request);
  await network.run(deliver, AbortSignal.abort());
  assertEquals(reported, []);
});
