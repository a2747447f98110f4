/**
 * What every keeper of SIP's books must do.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { DialogStore, SipCall } from "../../adapters/telephony/sip/dialog_store.ts";
import { newId } from "../../src/kernel/ids.ts";

/** Registers the suite; `sanitize` off where a connection outlives the test. */
export function dialogStoreContract(
  name: string,
  open: () => Promise<DialogStore>,
  { sanitize = true } = {},
): void {
  const tell = (sentence: string, body: (store: DialogStore) => Promise<void>) =>
    Deno.test({
      name: `SIP's books, ${name}: ${sentence}`,
      sanitizeOps: sanitize,
      sanitizeResources: sanitize,
      fn: async () => await body(await open()),
    });

  tell("a call is opened once, and told as it is", async (store) => {
    const call = sipCall();
    assertEquals(await store.get(call.ref), null);
    assertEquals(await store.open(call), null);
    assertEquals(await store.open({ ...call, owner: crypto.randomUUID() }), call);
    assertEquals(await store.get(call.ref), call);
    assertEquals(await store.get({ ...call.ref, clientId: newId(new Date()) }), null);
  });

  tell("what became of a call is written by its owner alone", async (store) => {
    const call = sipCall();
    await store.open(call);
    const dialog = {
      callId: "x",
      local: "<sip:a@b>;tag=1",
      remote: "<sip:c@d>;tag=2",
      localSeq: 2,
      target: "sip:c@d",
      routes: ["<sip:p;lr>"],
    };
    const later: SipCall = {
      ...call,
      refused: "busy",
      answeredAt: AT,
      invite: { method: "INVITE", uri: "sip:c@d", headers: [["via", "x"]], body: "" },
      contact: dialog,
      assistant: dialog,
      events: [{
        ref: call.ref,
        eventId: "sip:ended",
        at: AT,
        providerCallId: "x",
        report: { type: "ended", reason: "busy", durationSeconds: null },
      }],
      delivered: 1,
      done: true,
    };
    await store.save({ ...later, owner: crypto.randomUUID() });
    assertEquals(await store.get(call.ref), call);
    await store.save(later);
    assertEquals(await store.get(call.ref), later);
  });

  tell("a call whose owner is silent is taken over, by one", async (store) => {
    const [silent, held, done] = [sipCall(), sipCall(), sipCall()];
    for (const call of [silent, held, done]) await store.open(call);
    await store.save({ ...done, done: true });
    const soon = new Date(AT.getTime() + 1000);
    const ids = [held.ref.callId, silent.ref.callId];
    assertEquals(await store.hold(crypto.randomUUID(), ids, soon), []);
    assertEquals(await store.hold(held.owner, ids, soon), [held.ref.callId]);
    const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
    const until = new Date(AT.getTime() + 5000);
    const taken = await Promise.all([
      store.claim(one, AT, until, 1000),
      store.claim(other, AT, until, 1000),
    ]);
    const ours = taken.flat().filter(({ ref }) =>
      [silent, held, done].some((call) => call.ref.callId === ref.callId)
    );
    assertEquals(ours, [{ ...silent, owner: ours[0].owner, heldUntil: until }]);
    assertEquals(await store.hold(silent.owner, [silent.ref.callId], until), []);
  });

  tell("one call is taken from whoever has it in hand, unless it is done", async (store) => {
    const [held, done] = [sipCall(), sipCall()];
    const until = new Date(AT.getTime() + 5000);
    for (const call of [held, done]) await store.open(call);
    await store.save({ ...done, done: true });
    const owner = crypto.randomUUID();
    assertEquals(await store.take(held.ref, owner, until), { ...held, owner, heldUntil: until });
    assertEquals(await store.get(held.ref), { ...held, owner, heldUntil: until });
    await store.save({ ...held, delivered: 1 });
    assertEquals((await store.get(held.ref))?.delivered, 0, "its owner has lost it");
    assertEquals(await store.take(done.ref, owner, until), null);
    const stranger = { ...held.ref, clientId: newId(new Date()) };
    assertEquals(await store.take(stranger, crypto.randomUUID(), until), null);
    assertEquals((await store.get(held.ref))?.owner, owner);
  });

  tell("calls that are done are forgotten after a while", async (store) => {
    const [done, live] = [sipCall(), sipCall()];
    for (const call of [done, live]) await store.open(call);
    await store.save({ ...done, done: true });
    await store.forget(AT);
    assertEquals((await store.get(done.ref))?.done, true);
    await store.forget(new Date(AT.getTime() + 1));
    assertEquals(await store.get(done.ref), null);
    assertEquals(await store.get(live.ref), live);
  });
}

const AT = new Date("2026-11-23T10:00:00Z");

function sipCall(): SipCall {
  return {
    ref: { clientId: newId(AT), callId: newId(AT) },
    owner: crypto.randomUUID(),
    heldUntil: AT,
    dialedAt: AT,
    maxSeconds: 600,
    refused: null,
    answeredAt: null,
    invite: null,
    contact: null,
    assistant: null,
    events: [],
    delivered: 0,
    done: false,
  };
}
