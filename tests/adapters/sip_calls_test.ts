/**
 * What can go wrong with a call over SIP, one sentence each, on a network in memory: one list, hence one
 * file.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type DialogStore,
  MemoryDialogStore,
  type SipCall,
} from "../../adapters/telephony/sip/dialog_store.ts";
import { cseqOf, type SipRequest, valueOf } from "../../adapters/telephony/sip/message.ts";
import { newId } from "../../src/kernel/ids.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { answering, onInvite, sipMemory } from "../support/sip_memory.ts";
import { sdpOf, type SipPeer } from "../support/sip_peers.ts";

const TALK = ["queued", "ringing", "answered", "ended"];

for (const offer of ["early", "late"] as const) {
  Deno.test(`the agent is rung after the person has answered, and gets an offer (${offer})`, async () => {
    await using sip = sipMemory({ offer });
    await sip.dial();
    assertEquals(sip.agent.requests, []);
    await sip.pass(3);
    const [invite] = sip.agent.got("INVITE");
    assertMatch(invite.body, /^m=audio 4000 /m);
    assertEquals(sip.stages(), ["queued", "ringing", "answered"]);
    const [first, again] = sip.trunk.got("INVITE");
    const described = offer === "early" ? again.body : sip.trunk.got("ACK")[0].body;
    assertMatch(described, /^m=audio 5000 /m);
    assertEquals(first.body === "", offer === "late");
    sip.trunk.ask(first, "BYE");
    await sip.pass(0);
    assertEquals(sip.end(), ["contact_hangup", 2]);
    assertEquals(sip.agent.got("BYE").length, 1);
    assertEquals(sip.trunk.got("BYE").length, 0);
    await sip.assertNothingLeft();
  });

  Deno.test(`an agent that does not answer ends the call (${offer})`, async () => {
    await using sip = sipMemory({ offer, agent: onInvite((r, p) => p.answer(r, 180)) });
    await sip.dial();
    await sip.pass(60);
    assertEquals(sip.end(), ["agent_unavailable", 10]);
    assertEquals(sip.agent.got("CANCEL").length, 1);
    assertEquals(sip.trunk.got("BYE").length, 1);
    const { body } = sip.trunk.got("ACK")[0];
    // A late offer wants an answer, even if the answer is no.
    if (offer === "late") assertMatch(body, /^m=audio 0 /m);
    await sip.assertNothingLeft();
  });

  Deno.test(`an agent that is not there ends the call (${offer})`, async () => {
    await using sip = sipMemory({ offer });
    sip.wire.unreachable.add("agent.test");
    await sip.dial();
    await sip.pass(5);
    assertEquals(sip.end(), ["agent_unavailable", 0]);
    assertEquals(sip.trunk.got("BYE").length, 1);
    await sip.assertNothingLeft();
  });
}

Deno.test("a person who hangs up before the agent is there has the agent cancelled", async () => {
  await using sip = sipMemory({ agent: onInvite((r, p) => p.answer(r, 180)) });
  await sip.dial();
  await sip.pass(3);
  sip.trunk.ask(sip.trunk.got("INVITE")[0], "BYE");
  await sip.pass(5);
  assertEquals(sip.end(), ["contact_hangup", 2]);
  assertEquals(sip.agent.got("CANCEL").length, 1);
  await sip.assertNothingLeft();
});

Deno.test("a trunk that cannot be reached refuses, and is not known to have dialled", async () => {
  await using sip = sipMemory();
  sip.wire.unreachable.add("trunk.test");
  const { dialing, call } = await sip.dial();
  assertEquals(await dialing, { kind: "refused", reason: "provider_unavailable" });
  assertEquals(await sip.gateway.lookup(call), { kind: "not_found" });
  await sip.assertNothingLeft();
});

Deno.test("a trunk that never says anything is unavailable after Timer B, and hears no CANCEL", async () => {
  await using sip = sipMemory({ trunk: () => {} });
  const { dialing } = await sip.dial({ ringSeconds: 15 });
  await sip.pass(4);
  assertEquals((await dialing).kind, "unknown");
  await sip.pass(27);
  assertEquals(sip.end(), null);
  await sip.pass(2);
  assertEquals(sip.end(), ["provider_unavailable", null]);
  assertEquals(sip.trunk.got("CANCEL").length, 0);
  await sip.assertNothingLeft();
});

Deno.test("an answer that comes after all hope was given up is acknowledged and hung up", async () => {
  await using sip = sipMemory({
    trunk: onInvite((r, p) => p.after(40, () => p.answer(r, 200, { sdp: sdpOf(4000) }))),
  });
  await sip.dial();
  await sip.pass(45);
  assertEquals(sip.end(), ["provider_unavailable", null]);
  assertEquals([sip.trunk.got("ACK").length, sip.trunk.got("BYE").length], [1, 1]);
});

Deno.test("a ring that ends before the trunk's first word is cancelled after it", async () => {
  await using sip = sipMemory({ trunk: onInvite((r, p) => p.after(10, () => p.answer(r, 180))) });
  await sip.dial({ ringSeconds: 5 });
  await sip.pass(9);
  assertEquals(sip.trunk.got("CANCEL").length, 0);
  await sip.pass(2);
  assertEquals(sip.trunk.got("CANCEL").length, 1);
  assertEquals(sip.end(), ["no_answer", null]);
  await sip.assertNothingLeft();
});

Deno.test("a trunk that ignores a CANCEL is left after Timer B", async () => {
  await using sip = sipMemory({
    trunk: (r, p) => r.method === "INVITE" ? p.answer(r, 180) : undefined,
  });
  await sip.dial({ ringSeconds: 5 });
  await sip.pass(50);
  assertEquals(sip.end(), ["no_answer", null]);
  await sip.assertNothingLeft();
});

Deno.test("an answer that crosses the CANCEL is acknowledged and hung up, once", async () => {
  await using sip = sipMemory({
    trunk: (r, p) => {
      if (r.method === "INVITE") return p.answer(r, 180);
      if (r.method === "ACK") return;
      p.answer(r, 200);
      if (r.method === "CANCEL") p.answer(p.got("INVITE")[0], 200, { sdp: sdpOf(4000) });
    },
  });
  await sip.dial({ ringSeconds: 5 });
  await sip.pass(50);
  assertEquals(sip.end(), ["no_answer", null]);
  assertEquals([sip.trunk.got("ACK").length, sip.trunk.got("BYE").length], [1, 1]);
  assertEquals(sip.agent.requests, []);
  await sip.assertNothingLeft();
});

Deno.test("a fork's second answer is acknowledged and hung up; the first one talks on", async () => {
  await using sip = sipMemory();
  await sip.dial();
  await sip.pass(3);
  const [invite] = sip.trunk.got("INVITE");
  sip.trunk.answer(invite, 200, { sdp: sdpOf(4444), tag: "other" });
  await sip.pass(1);
  const [bye] = sip.trunk.got("BYE");
  assertMatch(valueOf(bye, "to")!, /tag=other/);
  assertEquals(sip.end(), null);
  assertEquals(
    sip.trunk.got("ACK").filter((ack) => valueOf(ack, "to")!.includes("other")).length,
    1,
  );
});

Deno.test("every repetition of an answer is acknowledged again", async () => {
  await using sip = sipMemory();
  await sip.dial();
  await sip.pass(3);
  const before = sip.trunk.got("ACK").length;
  const [invite] = sip.trunk.got("INVITE");
  for (let i = 0; i < 3; i++) sip.trunk.answer(invite, 200, { sdp: sdpOf(4000) });
  await sip.pass(1);
  const acks = sip.trunk.got("ACK");
  assertEquals(acks.length, before + 3);
  assertEquals(cseqOf(acks.at(-1)!).seq, cseqOf(invite).seq);
  assertEquals(sip.trunk.got("BYE").length, 0);
});

for (const [who, reason] of [["trunk", "contact_lost"], ["agent", "agent_lost"]] as const) {
  Deno.test(`a ${who} that vanishes is missed, and the other end hung up`, async () => {
    await using sip = sipMemory();
    await sip.dial();
    await sip.pass(3);
    sip.wire.loses = (_, bytes) => {
      const text = new TextDecoder().decode(bytes);
      const agents = text.includes("-agent\r\n");
      return agents === (who === "agent");
    };
    await sip.pass(100);
    assertEquals(sip.end()?.[0], reason);
    assertEquals((who === "trunk" ? sip.agent : sip.trunk).got("BYE").length, 1);
    await sip.assertNothingLeft();
  });
}

Deno.test("a peer that knows no call any more is missed", async () => {
  await using sip = sipMemory({
    trunk: (r, p) => r.method === "OPTIONS" ? p.answer(r, 481) : answering(r, p),
  });
  await sip.dial();
  await sip.pass(40);
  assertEquals(sip.end()?.[0], "contact_lost");
});

Deno.test("a challenge is answered, a stale nonce once more, and a wrong password not again", async () => {
  const credentials = { user: "studio", password: "secret" };
  const challenge = (nonce: string, stale: boolean): ["www-authenticate", string] => [
    "www-authenticate",
    `Digest realm="trunk", nonce="${nonce}", qop="auth", algorithm=SHA-256, stale=${stale}`,
  ];
  const asked = (known: string[]) => (request: SipRequest, peer: SipPeer) => {
    const nonce = /nonce="(\w+)"/.exec(valueOf(request, "authorization") ?? "")?.[1] ?? "";
    if (request.method !== "INVITE" || nonce === known.at(-1)) return answering(request, peer);
    const next = known[known.indexOf(nonce) + 1];
    peer.answer(request, 401, { headers: [challenge(next, nonce !== "")] });
  };
  await using good = sipMemory({ credentials, trunk: asked(["one", "two"]) });
  const { dialing } = await good.dial();
  assertEquals((await dialing).kind, "accepted");
  await good.pass(3);
  assertEquals(good.trunk.got("INVITE").map((r) => cseqOf(r).seq), [1, 2, 3, 4]);
  assertEquals(good.stages(), ["queued", "ringing", "answered"]);
  await using bad = sipMemory({
    credentials,
    trunk: onInvite((r, p) => p.answer(r, 401, { headers: [challenge("again", false)] })),
  });
  const refused = await bad.dial();
  assertEquals(await refused.dialing, { kind: "refused", reason: "auth_failed" });
  assertEquals(bad.trunk.got("INVITE").length, 2);
});

Deno.test("an offer of one end is answered by the other, and one in between is put off", async () => {
  await using sip = sipMemory({
    agent: (r, p) =>
      r.method === "INVITE" && cseqOf(r).seq > 1
        ? p.answer(r, 200, { sdp: sdpOf(5555) })
        : answering(r, p),
  });
  await sip.dial();
  await sip.pass(1.5);
  const [invite] = sip.trunk.got("INVITE");
  sip.trunk.ask(invite, "INVITE", { seq: 1, sdp: sdpOf(4001) });
  await sip.pass(2);
  assertEquals(sip.trunk.responses.at(-1)?.status, 491);
  sip.trunk.ask(invite, "INVITE", { seq: 2, sdp: sdpOf(4001) });
  await sip.pass(0.1);
  assertMatch(sip.agent.got("INVITE").at(-1)!.body, /^m=audio 4001 /m);
  assertMatch(sip.trunk.responses.at(-1)!.body, /^m=audio 5555 /m);
  sip.trunk.ask(invite, "INVITE", { seq: 3 });
  await sip.pass(0.1);
  assertEquals(sip.trunk.responses.at(-1)?.status, 200);
  assertEquals(sip.agent.got("INVITE").length, 2);
});

Deno.test("strangers are answered, and reach no call", async () => {
  await using sip = sipMemory();
  await sip.dial();
  await sip.pass(3);
  const [invite] = sip.trunk.got("INVITE");
  sip.trunk.ask(invite, "BYE", { tag: "stranger" });
  await sip.pass(0);
  assertEquals(sip.trunk.responses.at(-1)?.status, 481);
  for (const junk of ["", "\r\n\r\n", "BYE\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n", "\0".repeat(90)]) {
    sip.wire.toUs("trunk.test", new TextEncoder().encode(junk));
  }
  await sip.pass(0);
  assertEquals(sip.failures.length, 5);
  assertEquals(sip.end(), null);
});

Deno.test("line breaks in what the caller wrote reach nobody's headers", async () => {
  await using sip = sipMemory();
  const evil = "Ana\r\nBYE sip:x SIP/2.0\r\n\r\n";
  const { request } = await sip.dial();
  const context = { contact: evil, [`evil\r\nX-Evil: 1`]: evil, instructions: "be\nkind" };
  const connection = request.agent.connection;
  const dial = (changed: Partial<typeof request>) =>
    sip.gateway.dial({
      ...request,
      ref: { ...request.ref, callId: newId(sip.clock.now()) },
      ...changed,
    });
  void dial({ agent: { ...request.agent, context } });
  await sip.pass(3);
  const invites = sip.agent.got("INVITE").filter(({ headers }) =>
    headers.some(([name]) => name === "x-instructions")
  );
  assertEquals(invites.length, 1);
  assertEquals(valueOf(invites[0], "x-contact"), "Ana BYE sip:x SIP/2.0");
  assertEquals(valueOf(invites[0], "x-instructions"), "be kind");
  assertEquals(sip.agent.got("BYE").length, 0);
  const sent = sip.wire.log.length;
  for (const to of ["+1415555\r\nBYE: x", "+1415555@evil.test", "tel:+14155550001", "", "0041"]) {
    assertEquals(await dial({ to }), { kind: "refused", reason: "invalid_number" });
  }
  for (const uri of ["sip:a@b\r\nX: 1", "sip:a b@c", "https://agent.test", "", "sip:<x>@y"]) {
    const agent = { ...request.agent, connection: { ...connection, kind: "sip" as const, uri } };
    assertEquals(await dial({ agent }), { kind: "refused", reason: "media_incompatible" });
  }
  assertEquals(sip.wire.log.length, sent);
});

Deno.test("an answer that cannot be written down leaves the call as it is", async () => {
  const store = mortal(new MemoryDialogStore());
  await using sip = sipMemory({ store });
  await sip.dial({ maxSeconds: 5 });
  store.cut = true;
  await sip.pass(30);
  assertEquals(sip.end(), ["max_duration", 5]);
  const { dialing } = await sip.dial();
  assertEquals(await dialing, { kind: "refused", reason: "provider_unavailable" });
  assertEquals(sip.trunk.got("INVITE").filter((r) => cseqOf(r).seq === 1).length, 1);
});

Deno.test("twenty calls get through when a quarter of all datagrams is lost", async () => {
  await using sip = sipMemory();
  for (const peer of [sip.trunk, sip.agent]) peer.repeats = true;
  // The same losses every time.
  let seed = 7;
  sip.wire.loses = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31 < 0.25;
  for (let i = 0; i < 20; i++) await sip.dial({ maxSeconds: 60 });
  await sip.pass(240);
  const ends = sip.reported.filter(({ report }) => report.type === "ended");
  assertEquals(ends.length, 20);
  const lasted = ends.filter(({ report }) =>
    report.type === "ended" && report.reason === "max_duration"
  );
  assertEquals(lasted.length, 20);
  assertEquals(new Set(sip.trunk.got("BYE").map((r) => valueOf(r, "call-id"))).size, 20);
  await sip.assertNothingLeft();
});

Deno.test("events that cannot be delivered come again, in order", async () => {
  await using sip = sipMemory();
  let broken = 3;
  sip.onDeliver((event) => {
    if (broken-- > 0) return Promise.reject(new Error("down"));
    return Promise.resolve(sip.reported.push(event));
  });
  await sip.dial({ maxSeconds: 5 });
  await sip.pass(60);
  assertEquals(sip.stages(), TALK);
  assertEquals(sip.failures.length, 3);
});

Deno.test("a server that stops hangs up, and says so", async () => {
  const sip = sipMemory();
  await sip.dial();
  await sip.pass(3);
  await sip.stop();
  assertEquals(sip.end(), ["ended_by_client", 2]);
  assertEquals([sip.trunk.got("BYE").length, sip.agent.got("BYE").length], [1, 1]);
  const ringing = sipMemory({ trunk: onInvite((r, p) => p.answer(r, 180)) });
  await ringing.dial();
  await ringing.stop();
  assertEquals(ringing.end(), ["canceled", null]);
  assertEquals(ringing.trunk.got("CANCEL").length, 1);
});

Deno.test("what a killed process left behind, the next one ends and reports", async () => {
  const clock = new FakeClock();
  const store = new MemoryDialogStore();
  const killed = sipMemory({ clock, store: mortal(store) });
  const talking = await killed.dial();
  await killed.pass(3);
  kill(killed);
  await using next = sipMemory({ clock, store });
  next.wire.attach("trunk.test", killed.trunk);
  next.wire.attach("agent.test", killed.agent);
  assertEquals((await next.gateway.lookup(talking.call)).kind, "found");
  assertEquals(await next.gateway.dial(talking.request), await talking.dialing);
  await next.pass(60);
  assertEquals(killed.trunk.got("BYE").length, 1);
  assertEquals(killed.agent.got("BYE").length, 1);
  assertEquals(next.end()?.[0], "ended_by_client");
  assert(next.reported.every(({ ref }) => ref.callId === talking.call.id));
  const found = await next.gateway.lookup(talking.call);
  assert(found.kind === "found");
  assertEquals(found.events.map(({ report }) => report.type), TALK);
  await killed.stop();
});

Deno.test("a call that rings when its process is killed is cancelled by the next one", async () => {
  const clock = new FakeClock();
  const store = new MemoryDialogStore();
  const killed = sipMemory({
    clock,
    store: mortal(store),
    trunk: onInvite((r, p) => p.answer(r, 180)),
  });
  await killed.dial();
  kill(killed);
  await using next = sipMemory({ clock, store });
  next.wire.attach("trunk.test", killed.trunk);
  await next.pass(60);
  assertEquals(killed.trunk.got("CANCEL").length, 1);
  assertEquals(next.end(), ["canceled", null]);
  await killed.stop();
});

for (
  const [told, knows, reason] of [
    ["has the INVITE", true, "canceled"],
    ["never got the INVITE", false, "provider_unavailable"],
  ] as const
) {
  Deno.test(`a process killed before the first word of a trunk that ${told} leaves no ring`, async () => {
    const clock = new FakeClock();
    const store = new MemoryDialogStore();
    const killed = sipMemory({
      clock,
      store: mortal(store),
      trunk: (r, p) => r.method === "CANCEL" ? p.answer(r, knows ? 200 : 481) : undefined,
    });
    await killed.dial();
    kill(killed);
    await using next = sipMemory({ clock, store });
    next.wire.attach("trunk.test", killed.trunk);
    await next.pass(60);
    const [invite] = killed.trunk.got("INVITE");
    const [cancel] = killed.trunk.got("CANCEL");
    assertEquals(valueOf(cancel, "via"), valueOf(invite, "via"));
    assertEquals(killed.trunk.got("INVITE").length, 1);
    assertEquals(next.end(), [reason, null]);
    await killed.stop();
  });
}

Deno.test("calls in hand stay in hand while a vanished peer of a left one is given up", async () => {
  const clock = new FakeClock();
  const store = new MemoryDialogStore();
  const killed = sipMemory({ clock, store: mortal(store) });
  await killed.dial();
  await killed.pass(3);
  kill(killed);
  await using heir = sipMemory({ clock, store });
  heir.wire.loses = (_, bytes) => new TextDecoder().decode(bytes).startsWith("BYE ");
  await heir.pass(20);
  const { call } = await heir.dial({ maxSeconds: 3600 });
  await using other = sipMemory({ clock, store });
  await heir.pass(100);
  assertEquals(other.reported, []);
  assertEquals(
    heir.reported.filter(({ ref }) => ref.callId === call.id).map(({ report }) => report.type),
    ["queued", "ringing", "answered"],
  );
  await killed.stop();
});

/** The books as a process sees them that can be cut off from them. */
function mortal(store: DialogStore): DialogStore & { cut: boolean } {
  const through = <T>(ask: () => Promise<T>) =>
    books.cut ? Promise.reject(new Error("cut off")) : ask();
  const books = {
    cut: false,
    open: (call: SipCall) => through(() => store.open(call)),
    get: (ref: SipCall["ref"]) => through(() => store.get(ref)),
    save: (call: SipCall) => through(() => store.save(call)),
    hold: (...args: Parameters<DialogStore["hold"]>) => through(() => store.hold(...args)),
    claim: (...args: Parameters<DialogStore["claim"]>) => through(() => store.claim(...args)),
    take: (...args: Parameters<DialogStore["take"]>) => through(() => store.take(...args)),
    forget: (before: Date) => through(() => store.forget(before)),
  };
  return books;
}

/** From here on, nothing that a gateway says, hears or writes exists. */
function kill({ wire, store, gateway }: ReturnType<typeof sipMemory>): void {
  wire.closed = true;
  wire.loses = () => true;
  if ("cut" in store) store.cut = true;
  gateway.agent.close();
}
