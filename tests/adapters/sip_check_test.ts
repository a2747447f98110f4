/**
 * What the doctor says of a SIP trunk, on a network in memory; and once on real sockets.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { SystemClock } from "../../adapters/clock.ts";
import { checkSip } from "../../adapters/telephony/sip/check.ts";
import type { Credentials } from "../../adapters/telephony/sip/digest.ts";
import { valueOf } from "../../adapters/telephony/sip/message.ts";
import { type Address, Sockets } from "../../adapters/telephony/sip/transport.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { freePort } from "../support/free_port.ts";
import { MemoryWire, type Script, SipPeer } from "../support/sip_peers.ts";
import { socketPeer } from "../support/sip_sockets.ts";

const CREDENTIALS = { user: "studio", password: "secret" };
const TRUNK_ANSWERS = "trunk.test:5060 over UDP answers";

/** Checks a trunk that plays a script; tells each finding in a line, and what it leaves behind. */
async function check(trunk: Script, options: {
  credentials?: Credentials;
  own?: string;
  advertise?: Address;
  unreachable?: boolean;
  dns?: Record<string, string[]>;
  inUse?: boolean;
} = {}) {
  const { credentials = null, own = "203.0.113.5", advertise = null } = options;
  const dns: Record<string, string[]> = { "trunk.test": ["198.51.100.7"], ...options.dns };
  const clock = new FakeClock();
  const wires: MemoryWire[] = [];
  const peer = new SipPeer("trunk.test", clock, trunk);
  const open = ({ port }: Address) => {
    const wire = new MemoryWire("udp");
    wire.attach("trunk.test", peer);
    if (options.unreachable) wire.unreachable.add("trunk.test");
    if (options.inUse && port !== 0) {
      wire.listen = () => Promise.reject(new Deno.errors.AddrInUse("in use"));
    }
    wires.push(wire);
    return wire;
  };
  const checking = checkSip({
    settings: {
      trunk: { protocol: "udp", host: "trunk.test", port: 5060 },
      credentials,
      from: "sip:+15550001111@studio.test",
      listen: { host: own, port: 5060 },
      advertise,
    },
    open,
    clock,
    addressesOf: (host) => {
      const found = dns[host] ?? (/^[0-9a-f.:]+$/.test(host) ? [host] : []);
      return found.length ? Promise.resolve(found) : Promise.reject(new Error("not found"));
    },
  });
  await clock.advance(40_000);
  const findings = await checking;
  assertEquals(wires.filter(({ closed }) => !closed), []);
  assertEquals(findings.filter(({ state, fix }) => (state === "ok") !== (fix === undefined)), []);
  return { peer, lines: findings.map(({ state, text }) => `${state}: ${text}`) };
}

const says = (status: number): Script => (request, peer) => peer.answer(request, status);
/** Takes the right password, which only the digest of it can prove. */
const wants = (status: number, afterwards: number): Script => (request, peer) => {
  const header = status === 401 ? "authorization" : "proxy-authorization";
  const challenge = status === 401 ? "www-authenticate" : "proxy-authenticate";
  if (valueOf(request, header)?.includes('username="studio"')) {
    return peer.answer(request, afterwards);
  }
  peer.answer(request, status, {
    headers: [[challenge, 'Digest realm="trunk", nonce="n", qop="auth", algorithm=MD5']],
  });
};

Deno.test("a trunk that answers and a public address are all that it takes", async () => {
  const { peer, lines } = await check(says(200));
  assertEquals(lines, [`ok: ${TRUNK_ANSWERS}`, "ok: peers are told 203.0.113.5:5060"]);
  assertEquals(peer.requests.map(({ method }) => method), ["OPTIONS"]);
  // A trunk that does not know the method has answered.
  assertEquals((await check(says(405))).lines[0], `ok: ${TRUNK_ANSWERS}`);
});

for (const status of [401, 407]) {
  Deno.test(`credentials are tried, and judged by what follows a ${status}`, async () => {
    const line = async (script: Script, credentials?: Credentials) =>
      (await check(script, { credentials })).lines[0];
    assertEquals(
      await line(wants(status, 200), CREDENTIALS),
      `ok: ${TRUNK_ANSWERS}, and takes the credentials`,
    );
    for (const refusal of [status, 403]) {
      assertMatch(await line(wants(status, refusal), CREDENTIALS), /^failed: .*refuses the cred/);
    }
    assertMatch(await line(wants(status, 200)), /^failed: .*wants credentials/);
    assertMatch(await line(says(200), CREDENTIALS), /^ok: .*did not ask for the credentials/);
  });
}

Deno.test("a trunk that is silent, unreachable, nameless or unwilling is told apart", async () => {
  const first = async (...args: Parameters<typeof check>) => (await check(...args)).lines[0];
  assertMatch(await first(() => {}), /^failed: .*has not answered in 5 s/);
  assertMatch(
    await first(says(200), { unreachable: true }),
    /^failed: .*cannot be reached \(connection refused\)/,
  );
  const nameless = await check(says(200), { dns: { "trunk.test": [] } });
  assertEquals(nameless.lines, ["failed: the name trunk.test has no address"]);
  assertEquals(nameless.peer.requests, []);
  assertMatch(await first(says(403)), /^warning: .*answers 403/);
  assertMatch(await first(says(503)), /^warning: .*answers 503/);
});

Deno.test("a private address is warned of, unless the trunk is as near, or another is told", async () => {
  const last = async (...args: Parameters<typeof check>) => (await check(...args)).lines.at(-1)!;
  for (
    const own of ["10.1.2.3", "172.20.0.1", "192.168.1.9", "100.64.0.1", "127.0.0.1", "fd00::1"]
  ) {
    assertMatch(await last(says(200), { own }), /^warning: .*a private address/);
    const near = { "trunk.test": ["10.0.0.1"] };
    assertMatch(await last(says(200), { own, dns: near }), /^ok: /);
    const advertise = { host: "203.0.113.9", port: 5070 };
    assertEquals(
      await last(says(200), { own, advertise }),
      "ok: peers are told 203.0.113.9:5070",
    );
  }
  const advertise = { host: "sip.acme.test", port: 5060 };
  assertMatch(await last(says(200), { advertise }), /^failed: the name sip.acme.test/);
  const known = { "sip.acme.test": ["203.0.113.1"] };
  assertMatch(await last(says(200), { advertise, dns: known }), /^ok: /);
});

Deno.test("while the server runs, the trunk is asked from another port", async () => {
  const { lines } = await check(says(200), { inUse: true });
  assertMatch(lines[0], /^ok: 203.0.113.5:5060 is in use/);
  assertEquals(lines[1], `ok: ${TRUNK_ANSWERS}`);
});

for (const protocol of ["udp", "tcp"] as const) {
  Deno.test(`a trunk on this machine is checked over ${protocol}, beside a server that listens`, async () => {
    const trunk = await socketPeer(protocol, says(200));
    const listen = { host: "127.0.0.1", port: freePort() };
    const settings = {
      trunk: { protocol, host: "localhost", port: trunk.port },
      credentials: null,
      from: "sip:+15550001111@127.0.0.1",
      listen,
      advertise: null,
    };
    const running = new Sockets({ listen, advertise: null });
    await running.listen(protocol);
    try {
      const findings = await checkSip({
        settings,
        open: (address) => new Sockets({ ...settings, listen: address }),
        clock: new SystemClock(),
      });
      assertEquals(findings.map(({ state }) => state), ["ok", "ok", "ok"]);
    } finally {
      running.close();
      trunk.close();
      // The runtime closes sockets in its own time.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
}
