/**
 * Session timers (RFC 4028) and what else a peer may ask within a call, on a network in memory.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Header, type SipMessage, valueOf } from "../../adapters/telephony/sip/message.ts";
import { answering, sipMemory } from "../support/sip_memory.ts";
import { isInitial, type Script, sdpOf } from "../support/sip_peers.ts";

/** A trunk that wants a timer, and answers everything within the call. */
function timing(expires: string, more: Header[] = []): Script {
  const headers: Header[] = [["require", "timer"], ["session-expires", expires], ...more];
  return (request, peer) => {
    if (isInitial(request)) return peer.answer(request, 200, { sdp: sdpOf(4000), headers });
    if (["INVITE", "UPDATE"].includes(request.method)) {
      const sdp = request.method === "INVITE" ? sdpOf(4000) : "";
      return peer.answer(request, 200, { sdp, headers });
    }
    return answering(request, peer);
  };
}

const timerOf = (message: SipMessage) => [
  valueOf(message, "supported"),
  valueOf(message, "session-expires"),
  valueOf(message, "require"),
];

Deno.test("a session that is ours to refresh is refreshed by UPDATE at half its time", async () => {
  await using sip = sipMemory({
    trunk: timing("120;refresher=uac", [["allow", "INVITE, ACK, BYE, UPDATE"]]),
  });
  await sip.dial();
  await sip.pass(5);
  assertEquals(timerOf(sip.trunk.got("INVITE")[0]), ["timer", undefined, undefined]);
  assertEquals(sip.trunk.got("INVITE").length, 2);
  await sip.pass(50);
  assertEquals(sip.trunk.got("UPDATE").length, 0);
  await sip.pass(130);
  const updates = sip.trunk.got("UPDATE");
  assertEquals(updates.length, 3);
  assertEquals(timerOf(updates[0]), ["timer", "120;refresher=uac", undefined]);
  assertEquals(updates[0].body, "");
  assertEquals(sip.end(), null);
  sip.trunk.ask(sip.trunk.got("INVITE")[0], "BYE");
  await sip.assertNothingLeft();
});

Deno.test("where the peer takes no UPDATE, the refresh is a re-INVITE of the very same description", async () => {
  await using sip = sipMemory({ trunk: timing("120;refresher=uac", [["allow", "INVITE, BYE"]]) });
  await sip.dial();
  await sip.pass(70);
  const [, joining, refresh] = sip.trunk.got("INVITE");
  assertEquals(refresh.body, joining.body);
  assertEquals(sip.trunk.got("ACK").length, 3);
  assertEquals(sip.agent.got("INVITE").length, 1);
  sip.trunk.ask(joining, "BYE");
  await sip.assertNothingLeft();
});

Deno.test("a call that is over is not refreshed any more", async () => {
  await using sip = sipMemory({ trunk: timing("1800;refresher=uac") });
  await sip.dial();
  await sip.pass(3);
  sip.trunk.ask(sip.trunk.got("INVITE")[0], "BYE");
  await sip.assertNothingLeft();
});

Deno.test("a session that the trunk refreshes is not refreshed by us", async () => {
  await using sip = sipMemory({ trunk: timing("90;refresher=uas") });
  await sip.dial();
  await sip.pass(100);
  assertEquals(sip.trunk.got("UPDATE").length, 0);
  const [, joining, ...more] = sip.trunk.got("INVITE");
  assertEquals(timerOf(joining), ["timer", "90;refresher=uas", undefined]);
  assertEquals(more, []);
});

Deno.test("a refresh that fails is tried again before the session expires", async () => {
  const happy = timing("120;refresher=uac", [["allow", "UPDATE"]]);
  let failures = 2;
  await using sip = sipMemory({
    trunk: (r, p) => r.method === "UPDATE" && failures-- > 0 ? p.answer(r, 500) : happy(r, p),
  });
  await sip.dial();
  await sip.pass(90);
  assertEquals(sip.trunk.got("UPDATE").length, 3);
});

Deno.test("a trunk's refreshes are answered with the session's time, and change nothing", async () => {
  await using sip = sipMemory();
  await sip.dial();
  await sip.pass(3);
  const [invite, joining] = sip.trunk.got("INVITE");
  const ask = async (method: string, seq: number, headers: Header[], sdp = "") => {
    sip.trunk.ask(invite, method, { seq, headers, sdp });
    await sip.pass(0.1);
    return sip.trunk.responses.at(-1)!;
  };
  const knows: Header = ["supported", "timer"];
  const hers = await ask("UPDATE", 1, [knows, ["session-expires", "1800;refresher=uac"]]);
  assertEquals([hers.status, ...timerOf(hers)], [200, "timer", "1800;refresher=uac", "timer"]);
  assertStringIncludes(valueOf(hers, "contact") ?? "", "studio.test");
  const short = await ask("UPDATE", 2, [knows, ["session-expires", "30;refresher=uac"]]);
  assertEquals([short.status, valueOf(short, "min-se")], [422, "90"]);
  // As the compact form has it, and without a word on who refreshes: whoever asks.
  const again = await ask("INVITE", 3, [knows, ["session-expires", "600"]], sdpOf(4000));
  assertEquals(timerOf(again), ["timer", "600;refresher=uac", "timer"]);
  assertEquals(again.body, joining.body);
  const plain = await ask("INVITE", 4, [], "");
  assertEquals([plain.status, plain.body], [200, joining.body]);
  // A proxy wants a timer, and the peer knows of none: it is ours to refresh.
  const proxied = await ask("UPDATE", 5, [["session-expires", "200"]]);
  assertEquals(timerOf(proxied), ["timer", "200;refresher=uas", undefined]);
  const odd = await ask("INVITE", 6, [["require", "100rel, timer"]], sdpOf(4000));
  assertEquals([odd.status, valueOf(odd, "unsupported")], [420, "100rel"]);
  assertEquals(sip.agent.got("INVITE").length, 1);
  await sip.pass(101);
  assertEquals(sip.trunk.got("INVITE").length, 3);
});

Deno.test("an UPDATE with other media is the other end's to answer", async () => {
  await using sip = sipMemory();
  await sip.dial();
  await sip.pass(3);
  sip.trunk.ask(sip.trunk.got("INVITE")[0], "UPDATE", { sdp: sdpOf(4010) });
  await sip.pass(0.1);
  assertMatch(sip.agent.got("INVITE").at(-1)!.body, /^m=audio 4010 /m);
  assertEquals(sip.trunk.responses.at(-1)?.status, 200);
  assertMatch(sip.trunk.responses.at(-1)!.body, /^m=audio /m);
});

Deno.test("a trunk that finds every interval too small is not asked for ever", async () => {
  let least = 100;
  await using sip = sipMemory({
    trunk: (r, p) =>
      isInitial(r) ? p.answer(r, 422, { headers: [["min-se", String(least++)]] }) : answering(r, p),
  });
  const { dialing } = await sip.dial();
  assertEquals((await dialing).kind, "refused");
  assertEquals(
    sip.trunk.got("INVITE").map((request) => valueOf(request, "session-expires")),
    [undefined, "100", "101", "102"],
  );
});
