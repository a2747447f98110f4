/**
 * Finding a trunk's servers (RFC 3263), and going on to the next where that cannot dial twice.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Header, valueOf } from "../../adapters/telephony/sip/message.ts";
import { parseTrunk } from "../../adapters/telephony/sip/settings.ts";
import { type Resolver, TrunkLookup } from "../../adapters/telephony/sip/trunk_lookup.ts";
import { MemoryDialogStore } from "../../adapters/telephony/sip/dialog_store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { answering, onInvite, sipMemory } from "../support/sip_memory.ts";
import { type Script, SipPeer } from "../support/sip_peers.ts";

const srv = (target: string, priority = 1, weight = 0, port = 5070): Deno.SrvRecord => ({
  priority,
  weight,
  port,
  target,
});
const naptr = (
  services: string,
  replacement: string,
  order = 1,
  preference = 1,
): Deno.NaptrRecord => ({ order, preference, flags: "s", services, regexp: "", replacement });

/** DNS with these records; `asked` tells what for. */
function dns(records: Record<string, (Deno.SrvRecord | Deno.NaptrRecord)[]>) {
  const asked: string[] = [];
  const find = (name: string) => {
    asked.push(name);
    return Promise.resolve(records[name] ?? []);
  };
  const resolver = { naptr: find, srv: find } as unknown as Resolver;
  return { asked, resolver };
}

async function lookUp(
  trunk: string,
  records: Parameters<typeof dns>[0] = {},
  random = () => 0,
): Promise<{ found: string[]; asked: string[] }> {
  const { asked, resolver } = dns(records);
  const lookup = new TrunkLookup(parseTrunk(trunk)!, new FakeClock(), resolver, random);
  const targets = await lookup.targets();
  return { asked, found: targets.map(({ protocol, host, port }) => `${protocol} ${host} ${port}`) };
}

Deno.test("a trunk with a port, or an address, is asked of nobody", async () => {
  for (
    const [trunk, found] of [
      ["sip:trunk.test:5062", "udp trunk.test 5062"],
      ["sip:trunk.test:5062;transport=tls", "tls trunk.test 5062"],
      ["sip:192.0.2.1", "udp 192.0.2.1 5060"],
      ["sips:[2001:db8::1]", "tls 2001:db8::1 5061"],
    ]
  ) assertEquals(await lookUp(trunk), { found: [found], asked: [] });
});

Deno.test("a transport that is told is asked for alone", async () => {
  const name = "_sip._tcp.trunk.test";
  const { found, asked } = await lookUp("sip:trunk.test;transport=tcp", {
    [name]: [srv("b.test.", 20), srv("a.test.", 10, 0, 5080)],
  });
  assertEquals([found, asked], [["tcp a.test 5080", "tcp b.test 5070"], [name]]);
  const tls = await lookUp("sips:trunk.test");
  assertEquals([tls.found, tls.asked], [["tls trunk.test 5061"], ["_sips._tcp.trunk.test"]]);
});

Deno.test("NAPTR decides the transport; without it the usual SRV names are asked for", async () => {
  const records = {
    "trunk.test": [
      naptr("SIP+D2U", "_sip._udp.x.test.", 2),
      naptr("SIPS+D2T", "_sips._tcp.x.test.", 1, 9),
      naptr("SIP+D2T", "_sip._tcp.x.test.", 1, 1),
      naptr("SIP+D2W", "_sip._ws.x.test."),
    ],
    "_sip._udp.x.test": [srv("u.x.test.")],
    "_sips._tcp.x.test": [srv("s.x.test.", 1, 0, 5061)],
    "_sip._tcp.x.test": [srv("t.x.test.")],
  };
  const { found } = await lookUp("sip:trunk.test", records);
  assertEquals(found, ["tcp t.x.test 5070", "tls s.x.test 5061", "udp u.x.test 5070"]);
  const { asked, found: plain } = await lookUp("sip:trunk.test");
  assertEquals(asked, [
    "trunk.test",
    ...["_sip._udp", "_sip._tcp", "_sips._tcp"].map((name) => `${name}.trunk.test`),
  ]);
  assertEquals(plain, ["udp trunk.test 5060"]);
  const none = await lookUp("sip:trunk.test", { "_sip._udp.trunk.test": [srv(".")] });
  assertEquals(none.found, ["udp trunk.test 5060"]);
});

Deno.test("equals are drawn by weight", async () => {
  const records = {
    "_sip._udp.trunk.test": [srv("a", 1, 60), srv("b", 1, 30), srv("c", 1, 10), srv("z", 2, 999)],
  };
  const counts = new Map<string, number>();
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  for (let i = 0; i < 2000; i++) {
    const { found } = await lookUp("sip:trunk.test;transport=udp", records, random);
    assertEquals([found.length, found[3]], [4, "udp z 5070"]);
    counts.set(found[0], (counts.get(found[0]) ?? 0) + 1);
  }
  const share = (host: string) => (counts.get(`udp ${host} 5070`) ?? 0) / 2000;
  for (const [host, expected] of [["a", 0.6], ["b", 0.3], ["c", 0.1]] as const) {
    assert(Math.abs(share(host) - expected) < 0.05, `${host}: ${share(host)}`);
  }
});

Deno.test("an answer is kept for a minute, and a certificate must be the trunk's own", async () => {
  const clock = new FakeClock();
  const { asked, resolver } = dns({ "_sips._tcp.trunk.test": [srv("a.cloud.test.")] });
  const lookup = new TrunkLookup(parseTrunk("sips:trunk.test")!, clock, resolver);
  assertEquals((await lookup.targets())[0].domain, "trunk.test");
  await clock.advance(59_000);
  await lookup.targets();
  assertEquals(asked.length, 1);
  await clock.advance(2_000);
  await lookup.targets();
  assertEquals(asked.length, 2);
});

/** A trunk of two servers, of which the first does something else. */
function twoServers(first: Script, options: Parameters<typeof sipMemory>[0] = {}) {
  const { resolver } = dns({ "_sip._udp.trunk.test": [srv("one.test", 1), srv("two.test", 2)] });
  const sip = sipMemory({ ...options, resolver });
  const one = new SipPeer("one.test", sip.clock, first);
  const two = new SipPeer("two.test", sip.clock, answering);
  sip.wire.attach("one.test", one);
  sip.wire.attach("two.test", two);
  const invites = () => [one, two].map((peer) => peer.got("INVITE").length);
  return { sip, one, two, invites };
}

Deno.test("a server that refuses with 503, or cannot be reached, is followed by the next", async () => {
  for (const reachable of [true, false]) {
    const { sip, two, invites } = twoServers(onInvite((r, p) => p.answer(r, 503)));
    await using _ = sip;
    if (!reachable) sip.wire.unreachable.add("one.test");
    const { dialing } = await sip.dial();
    assertEquals((await dialing).kind, "accepted");
    await sip.pass(3);
    assertEquals(invites(), [reachable ? 1 : 0, 2]);
    assertEquals(two.got("INVITE")[0].uri, "sip:+14155550001@trunk.test");
    assertEquals(sip.stages(), ["queued", "ringing", "answered"]);
    two.ask(two.got("INVITE")[0], "BYE");
    await sip.pass(1);
    await sip.assertNothingLeft();
  }
});

const never: [string, Script][] = [
  ["says nothing", () => {}],
  ["is busy", onInvite((r, p) => p.answer(r, 486))],
  ["fails otherwise", onInvite((r, p) => p.answer(r, 500))],
  [
    "rang before it refuses",
    onInvite((r, p) => {
      p.answer(r, 180);
      p.after(1, () => p.answer(r, 503));
    }),
  ],
];
for (const [told, first] of never) {
  Deno.test(`a server that ${told} may have dialled, and is followed by none`, async () => {
    const { sip, invites } = twoServers(first);
    await using _ = sip;
    await sip.dial({ ringSeconds: 60 });
    await sip.pass(90);
    assertEquals(invites(), [1, 0]);
    await sip.assertNothingLeft();
  });
}

Deno.test("each server is answered by its own challenge", async () => {
  const challenge = (nonce: string): Header => [
    "www-authenticate",
    `Digest realm="trunk", nonce="${nonce}", qop="auth", algorithm=SHA-256`,
  ];
  const wants = (nonce: string, then: Script): Script => (r, p) =>
    r.method === "INVITE" && !valueOf(r, "authorization")?.includes(`nonce="${nonce}"`)
      ? p.answer(r, 401, { headers: [challenge(nonce)] })
      : then(r, p);
  const credentials = { user: "studio", password: "secret" };
  const { sip, one } = twoServers(wants("a", onInvite((r, p) => p.answer(r, 503))), {
    credentials,
  });
  await using _ = sip;
  const two = new SipPeer("two.test", sip.clock, wants("b", answering));
  sip.wire.attach("two.test", two);
  const { dialing } = await sip.dial();
  assertEquals((await dialing).kind, "accepted");
  await sip.pass(3);
  assertEquals([one.got("INVITE").length, two.got("INVITE").length], [2, 3]);
  assertEquals(sip.stages(), ["queued", "ringing", "answered"]);
});

Deno.test("servers that all refuse have surely not dialled", async () => {
  const { sip, two, invites } = twoServers(onInvite((r, p) => p.answer(r, 503)));
  await using _ = sip;
  sip.wire.unreachable.add("two.test");
  const { dialing, call } = await sip.dial();
  assertEquals(await dialing, { kind: "refused", reason: "provider_unavailable" });
  assertEquals(await sip.gateway.lookup(call), { kind: "not_found" });
  assertEquals([invites(), two.requests], [[1, 0], []]);
});

Deno.test("what a killed process left ringing is cancelled at the server that has it", async () => {
  const clock = new FakeClock();
  const store = new MemoryDialogStore();
  const ringing = onInvite((r, p) => p.answer(r, 180));
  const killed = twoServers(ringing, { clock, store });
  await killed.sip.dial();
  killed.sip.wire.loses = () => true;
  killed.sip.gateway.agent.close();
  const heldUntil = new Date(clock.now().getTime() - 1);
  const [left] = await store.claim(crypto.randomUUID(), new Date(8e15), heldUntil, 1);
  const next = twoServers((r, p) => p.answer(r, 481), {
    clock,
    store,
  });
  await using _ = next.sip;
  await next.sip.pass(15);
  assertEquals(left.events.map(({ report }) => report.type), ["queued", "ringing"]);
  assertEquals([next.one, next.two].map((peer) => peer.got("CANCEL").length), [1, 1]);
  assertEquals(next.sip.end(), ["canceled", null]);
  await killed.sip.stop();
});
