/**
 * Hanging up on request, at every stage of a call and from every process, on a network in memory.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { MemoryDialogStore } from "../../adapters/telephony/sip/dialog_store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { onInvite, sipMemory } from "../support/sip_memory.ts";

const counts = ({ trunk, agent }: ReturnType<typeof sipMemory>) => ({
  trunk: [trunk.got("CANCEL").length, trunk.got("BYE").length],
  agent: [agent.got("CANCEL").length, agent.got("BYE").length],
});

Deno.test("hanging up on a talk tells both ends, once however often it is asked for", async () => {
  await using sip = sipMemory();
  const { call } = await sip.dial();
  await sip.pass(3);
  await Promise.all([sip.gateway.hangUp(call), sip.gateway.hangUp(call)]);
  await sip.pass(1);
  await sip.gateway.hangUp(call);
  await sip.pass(1);
  assertEquals(sip.end(), ["ended_by_client", 2]);
  assertEquals(counts(sip), { trunk: [0, 1], agent: [0, 1] });
  await sip.assertNothingLeft();
  await sip.gateway.hangUp(call);
  await sip.pass(20);
  assertEquals(sip.stages(), ["queued", "ringing", "answered", "ended"]);
  assertEquals(counts(sip), { trunk: [0, 1], agent: [0, 1] });
});

Deno.test("hanging up on a phone that rings cancels it", async () => {
  await using sip = sipMemory({ trunk: onInvite((r, p) => p.answer(r, 180)) });
  const { call } = await sip.dial();
  await sip.pass(1);
  await sip.gateway.hangUp(call);
  await sip.pass(1);
  assertEquals(sip.end(), ["canceled", null]);
  assertEquals(counts(sip), { trunk: [1, 0], agent: [0, 0] });
  await sip.assertNothingLeft();
});

Deno.test("hanging up while the agent rings ends the person's leg, and cancels the agent's", async () => {
  await using sip = sipMemory({ agent: onInvite((r, p) => p.answer(r, 180)) });
  const { call } = await sip.dial();
  await sip.pass(3);
  await sip.gateway.hangUp(call);
  await sip.pass(1);
  assertEquals(sip.end()?.[0], "ended_by_client");
  assertEquals(counts(sip), { trunk: [0, 1], agent: [1, 0] });
  await sip.assertNothingLeft();
});

Deno.test("hanging up before the trunk's first word cancels at that word", async () => {
  await using sip = sipMemory({ trunk: onInvite((r, p) => p.after(3, () => p.answer(r, 180))) });
  const { call, dialing } = await sip.dial();
  const hangingUp = sip.gateway.hangUp(call);
  await sip.pass(1);
  assertEquals(sip.trunk.got("CANCEL").length, 0);
  await sip.pass(5);
  await Promise.all([hangingUp, dialing]);
  assertEquals(sip.trunk.got("CANCEL").length, 1);
  assertEquals(sip.end(), ["canceled", null]);
  await sip.assertNothingLeft();
});

Deno.test("hanging up on a call that is just being written down waits for it to be somewhere", async () => {
  const store = new MemoryDialogStore();
  const written = Promise.withResolvers<void>();
  const open = store.open.bind(store);
  store.open = async (call) => {
    const known = await open(call);
    await written.promise;
    return known;
  };
  await using sip = sipMemory({ store, trunk: onInvite((r, p) => p.answer(r, 180)) });
  const { call, dialing } = await sip.dial();
  const hangingUp = sip.gateway.hangUp(call);
  await sip.pass(1);
  assertEquals([sip.trunk.requests, sip.stages()], [[], []]);
  written.resolve();
  await sip.pass(1);
  await Promise.all([hangingUp, dialing]);
  assertEquals(sip.end(), ["canceled", null]);
  assertEquals(sip.trunk.got("CANCEL").length, 1);
  await sip.assertNothingLeft();
});

Deno.test("hanging up on what was never dialled does nothing", async () => {
  await using sip = sipMemory({ trunk: onInvite((r, p) => p.answer(r, 503)) });
  const { call, dialing } = await sip.dial();
  assertEquals((await dialing).kind, "refused");
  await sip.gateway.hangUp(call);
  await sip.gateway.hangUp({ ...call, id: crypto.randomUUID() });
  await sip.pass(1);
  assertEquals(sip.trunk.requests.map(({ method }) => method), ["INVITE", "ACK"]);
  assertEquals(sip.stages(), []);
});

Deno.test("a call that another process has in hand is ended, and told of once", async () => {
  const clock = new FakeClock();
  const store = new MemoryDialogStore();
  await using owner = sipMemory({ clock, store });
  const { call } = await owner.dial();
  await owner.pass(3);
  await using other = sipMemory({ clock, store });
  other.wire.attach("trunk.test", owner.trunk);
  other.wire.attach("agent.test", owner.agent);
  await other.gateway.hangUp(call);
  await other.pass(1);
  assertEquals(other.end(), ["ended_by_client", 2]);
  assertEquals(counts(owner), { trunk: [0, 1], agent: [0, 1] });
  await owner.pass(20);
  assertEquals(owner.end(), null);
  assertEquals(owner.gateway.live, 0);
});
