/**
 * Whose network address a request came from. `X-Forwarded-For` can be written by anybody, so only as
 * many of its entries count as there are proxies of our own in front, each of which adds one.
 *
 * @module
 */

/** What the server knows of a connection; `Deno.serve` hands it over. */
export interface Connection {
  remoteAddr: Deno.Addr;
}

/**
 * The address, as limits count it: an IPv4 address, or the first half of an IPv6 one, which is what
 * one household or server gets (RFC 6177 §2). Null when it cannot be known.
 *
 * @param proxies - of our own, between the network and this server.
 */
export function addressOf(
  headers: Headers,
  connection: Connection | undefined,
  proxies: number,
): string | null {
  if (proxies > 0) {
    const entries = (headers.get("x-forwarded-for") ?? "").split(",");
    const entry = entries.at(-proxies);
    const forwarded = entry === undefined ? null : networkOf(entry.trim());
    if (forwarded !== null) return forwarded;
  }
  const remote = connection?.remoteAddr;
  return remote !== undefined && "hostname" in remote ? networkOf(remote.hostname) : null;
}

/** Reads `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1` and `[2001:db8::1]:80`. */
function networkOf(text: string): string | null {
  const v4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/i.exec(text)?.[1];
  if (v4 !== undefined) return v4;
  const v6 = (/^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text).replace(/%.*$/, "");
  if (!v6.includes(":") || !URL.canParse(`http://[${v6}]`)) return null;
  // The URL standard writes it one way, with the longest run of zeros left out.
  const written = new URL(`http://[${v6}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(written);
  if (mapped !== null) {
    const [high, low] = mapped.slice(1).map((group) => parseInt(group, 16));
    return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  }
  const [head, tail = ""] = written.split("::");
  const [left, right] = [head, tail].map((part) => part === "" ? [] : part.split(":"));
  const zeros = written.includes("::") ? 8 - left.length - right.length : 0;
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
