/** Fetching what somebody outside named, over real sockets: never from our own network. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { guardedGet, type Resolve } from "../../adapters/recordings/guarded_get.ts";
import { isLoopbackAddress, isPublicAddress } from "../../adapters/recordings/public_address.ts";

const tls = (name: string) =>
  Deno.readTextFileSync(new URL(`../support/tls/${name}.pem`, import.meta.url));
const never = new AbortController().signal;

const PUBLIC = ["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2a00::1"];
const PRIVATE = [
  ...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254"],
  ...["172.16.0.1", "172.31.255.255", "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"],
  ...["::", "::1", "fe80::1", "fd00::1", "fc00::1", "ff02::1", "2001:db8::1", "2002:a00:1::"],
  ...[
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::a00:1",
    "::a00:1",
    "localhost",
    "",
    "0x7f.1",
  ],
];
for (const address of PUBLIC) {
  Deno.test(`${address} is public`, () => assertEquals(isPublicAddress(address), true));
}
for (const address of PRIVATE) {
  Deno.test(`"${address}" is not public`, () => assertEquals(isPublicAddress(address), false));
}

Deno.test("loopback is this machine, in either version", () => {
  const found = ["127.0.0.1", "127.1.2.3", "::1", "10.0.0.1", "8.8.8.8", "x"].map(
    isLoopbackAddress,
  );
  assertEquals(found, [true, true, true, false, false, false]);
});

/** A server on this machine, and how often it was reached. */
async function served(
  test: (port: number, reached: () => number) => Promise<void>,
  answer: () => Response = () => new Response("recording", { headers: { "content-type": "x/y" } }),
  secure = true,
): Promise<void> {
  let reached = 0;
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
      ...(secure ? { cert: tls("cert"), key: tls("key") } : {}),
    },
    () => {
      reached++;
      return answer();
    },
  );
  try {
    await test(server.addr.port, () => reached);
  } finally {
    await server.shutdown();
  }
}

const to = (...addresses: string[]): Resolve => () => Promise.resolve(addresses);
const ca = [tls("cert")];

Deno.test("an answer comes from the address that was found good, over TLS for the name asked", () =>
  served(async (port) => {
    const get = guardedGet({ isGood: isLoopbackAddress, resolve: to("127.0.0.1"), ca });
    const response = await get(new URL(`https://localhost:${port}/a?b`), {}, never);
    assertEquals([response.status, response.headers.get("content-type")], [200, "x/y"]);
    assertEquals(await response.text(), "recording");
  }));

Deno.test("a server that is not who its name says is not heard", () =>
  served(async (port, reached) => {
    const get = guardedGet({ isGood: isLoopbackAddress, resolve: to("127.0.0.1"), ca });
    await assertRejects(() => get(new URL(`https://audio.example.com:${port}/`), {}, never));
    assertEquals(reached(), 0);
  }));

const REBINDINGS: [string, string[]][] = [
  ["a private address", ["127.0.0.1"]],
  ["a private address in IPv6's clothes", ["::ffff:127.0.0.1"]],
  ["a good and a private address", ["8.8.8.8", "127.0.0.1"]],
  ["no address", []],
];
for (const [what, addresses] of REBINDINGS) {
  Deno.test(`a name that leads to ${what} is not connected to`, () =>
    served(async (port, reached) => {
      const get = guardedGet({ isGood: isPublicAddress, resolve: to(...addresses), ca });
      const url = new URL(`https://localhost:${port}/`);
      await assertRejects(() => get(url, {}, never), Error, "not asked");
      assertEquals(reached(), 0);
    }));
}

Deno.test("an address instead of a name is checked as well, however it is written", () =>
  served(
    async (port, reached) => {
      const get = guardedGet({ isGood: isPublicAddress });
      for (const host of ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]) {
        const url = new URL(`http://${host}:${port}/`);
        await assertRejects(() => get(url, {}, never), Error, "not asked");
      }
      assertEquals(reached(), 0);
    },
    undefined,
    false,
  ));

Deno.test("a redirect is an answer like any other, and leads nowhere", () =>
  served(
    async (port, reached) => {
      const get = guardedGet({ isGood: isLoopbackAddress });
      const response = await get(new URL(`http://127.0.0.1:${port}/`), {}, never);
      await response.body?.cancel();
      assertEquals([response.status, reached()], [302, 1]);
    },
    () => new Response(null, { status: 302, headers: { location: "/elsewhere" } }),
    false,
  ));

Deno.test("a reader who stops in the middle leaves nothing open", () =>
  served(
    async (port) => {
      const get = guardedGet({ isGood: isLoopbackAddress });
      const response = await get(new URL(`http://127.0.0.1:${port}/`), {}, never);
      const reader = response.body?.getReader();
      await reader?.read();
      await reader?.cancel();
    },
    () =>
      new Response(
        new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }),
      ),
    false,
  ));

Deno.test("an answer without content leaves nothing open", () =>
  served(
    async (port) => {
      const get = guardedGet({ isGood: isLoopbackAddress });
      const url = new URL(`http://127.0.0.1:${port}/`);
      assertEquals((await get(url, {}, never)).status, 204);
    },
    () => new Response(null, { status: 204 }),
    false,
  ));

for (const secure of [true, false]) {
  Deno.test(`a server that says nothing${secure ? " to the handshake" : ""} is left when told to`, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepted = listener.accept();
    const get = guardedGet({ isGood: isLoopbackAddress, ca });
    const late = new AbortController();
    const { port } = listener.addr;
    const asked = get(
      new URL(`${secure ? "https" : "http"}://localhost:${port}/`),
      {},
      late.signal,
    );
    const connection = await accepted;
    await connection.read(new Uint8Array(10));
    late.abort();
    await assertRejects(() => asked);
    connection.close();
    listener.close();
  });
}

Deno.test("the second address is tried when the first does not answer", () =>
  served(async (port) => {
    // Nobody listens on IPv6 here.
    const get = guardedGet({ isGood: isLoopbackAddress, resolve: to("::1", "127.0.0.1"), ca });
    const response = await get(new URL(`https://localhost:${port}/`), {}, never);
    assertEquals(await response.text(), "recording");
  }));

Deno.test("TLS needs no permission but to connect", async () => {
  const probe = `
    const { guardedGet } = await import(${
    JSON.stringify(new URL("../../adapters/recordings/guarded_get.ts", import.meta.url).href)
  });
    const cert = ${JSON.stringify(tls("cert"))}, key = ${JSON.stringify(tls("key"))};
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, cert, key, onListen() {} }, () => new Response());
    const get = guardedGet({ isGood: () => true });
    const url = new URL("https://127.0.0.1:" + server.addr.port);
    await get(url, {}, new AbortController().signal).catch((error) => console.log(error.name, error.message));
    await server.shutdown();`;
  const run = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = run.stdin.getWriter();
  await writer.write(new TextEncoder().encode(probe));
  await writer.close();
  const { stdout, stderr } = await run.output();
  const said = new TextDecoder().decode(stdout);
  assertMatch(said, /invalid peer certificate/, new TextDecoder().decode(stderr));
});
