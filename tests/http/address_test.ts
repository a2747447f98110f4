import { assertEquals } from "@std/assert";
import { addressOf } from "../../adapters/http/address.ts";

function address(hostname: string | undefined, forwarded: string | null, proxies: number) {
  const headers = new Headers(forwarded === null ? {} : { "x-forwarded-for": forwarded });
  const connection = hostname === undefined
    ? undefined
    : { remoteAddr: { transport: "tcp" as const, hostname, port: 1 } };
  return addressOf(headers, connection, proxies);
}

Deno.test("without trusted proxies the socket's address counts, whatever is claimed", () => {
  assertEquals(address("203.0.113.5", "198.51.100.1", 0), "203.0.113.5");
  assertEquals(address("203.0.113.5", null, 0), "203.0.113.5");
});

Deno.test("each trusted proxy's entry is believed, counted from the end", () => {
  const chain = "1.1.1.1, 2.2.2.2,3.3.3.3";
  assertEquals(address("10.0.0.1", chain, 1), "3.3.3.3");
  assertEquals(address("10.0.0.1", chain, 2), "2.2.2.2");
  assertEquals(address("10.0.0.1", chain, 3), "1.1.1.1");
});

Deno.test("who came past the proxies, or sends no address, counts by the socket", () => {
  assertEquals(address("10.0.0.1", "1.1.1.1", 2), "10.0.0.1");
  assertEquals(address("10.0.0.1", null, 1), "10.0.0.1");
  assertEquals(address("10.0.0.1", "unknown", 1), "10.0.0.1");
  assertEquals(address("10.0.0.1", "_hidden, <script>", 1), "10.0.0.1");
});

Deno.test("ports are left out", () => {
  assertEquals(address("10.0.0.1", "1.2.3.4:5678", 1), "1.2.3.4");
  assertEquals(address("10.0.0.1", "[2001:db8:1:2:3::4]:443", 1), "2001:db8:1:2::/64");
});

Deno.test("an IPv6 address counts with its network, however it is written", () => {
  const network = "2001:db8:0:7::/64";
  for (const text of ["2001:db8:0:7::1", "2001:0DB8:0:7:ffff::", "2001:db8:0:7:1:2:3:4%eth0"]) {
    assertEquals(address(text, null, 0), network);
  }
  assertEquals(address("::1", null, 0), "0:0:0:0::/64");
});

Deno.test("an IPv4 address in an IPv6 one is the same as without", () => {
  assertEquals(address("::ffff:203.0.113.5", null, 0), "203.0.113.5");
  assertEquals(address("::ffff:cb00:7105", null, 0), "203.0.113.5");
});

Deno.test("a connection without an address has none", () => {
  assertEquals(address(undefined, "1.1.1.1", 0), null);
  const unix = { remoteAddr: { transport: "unix" as const, path: "/run/studio" } };
  assertEquals(addressOf(new Headers(), unix, 0), null);
});
