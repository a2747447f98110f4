/**
 * Where a trunk's requests go (RFC 3263): the servers that DNS names for it, best first.
 *
 * A trunk with a port, or an IP address, is one server and needs no lookup; addresses of a server's
 * name are the runtime's to find.
 *
 * @module
 */
import { isIP } from "node:net";
import type { Clock } from "../../../src/kernel/clock.ts";
import type { Protocol, Target } from "./transport.ts";

/** A trunk as it was named. */
export interface Trunk {
  /** Null for what DNS says, and UDP when it says nothing. */
  protocol: Protocol | null;
  host: string;
  /** Null for what DNS says, and the transport's usual one when it says nothing. */
  port: number | null;
}

/** Asks DNS; no records are an empty list, and so is no answer. */
export interface Resolver {
  naptr(name: string): Promise<Deno.NaptrRecord[]>;
  srv(name: string): Promise<Deno.SrvRecord[]>;
}

/** The runtime's. */
export const SYSTEM_RESOLVER: Resolver = {
  naptr: (name) => Deno.resolveDns(name, "NAPTR").catch(() => []),
  srv: (name) => Deno.resolveDns(name, "SRV").catch(() => []),
};

/** Milliseconds for which an answer is kept: the resolver does not tell how long it may be. */
const KEPT_MS = 60_000;
/** More servers than that are not tried. */
const MOST = 8;
/** NAPTR services (§4.1), and SRV names in the order in which they are asked for without NAPTR. */
const SERVICES = new Map<string, Protocol>([
  ["SIP+D2U", "udp"],
  ["SIP+D2T", "tcp"],
  ["SIPS+D2T", "tls"],
]);
const SRV: Record<Protocol, string> = { udp: "_sip._udp", tcp: "_sip._tcp", tls: "_sips._tcp" };

/** See the module's description. */
export class TrunkLookup {
  #known: { targets: Target[]; until: number } | null = null;

  constructor(
    readonly trunk: Trunk,
    private readonly clock: Clock,
    private readonly resolver: Resolver = SYSTEM_RESOLVER,
    private readonly random: () => number = Math.random,
  ) {}

  /** The servers, at least one, in the order in which to try them. */
  async targets(): Promise<Target[]> {
    const { protocol, host, port } = this.trunk;
    if (port !== null || isIP(host)) return [targetAt(protocol ?? "udp", host, port)];
    const now = this.clock.now().getTime();
    if (this.#known === null || this.#known.until <= now) {
      this.#known = { targets: await this.#lookUp(), until: now + KEPT_MS };
    }
    return this.#known.targets;
  }

  async #lookUp(): Promise<Target[]> {
    const { protocol, host } = this.trunk;
    const targets: Target[] = [];
    for (const [each, name] of await this.#names()) {
      const servers = bySrv(await this.resolver.srv(name), this.random);
      targets.push(...servers.map((server) => ({
        ...targetAt(each, server.target.replace(/\.$/, ""), server.port),
        // A certificate must be the trunk's own, whatever DNS says (RFC 5922 §4).
        domain: host,
      })));
    }
    return targets.length ? targets.slice(0, MOST) : [targetAt(protocol ?? "udp", host, null)];
  }

  /** SRV names to ask for, with the transport that each stands for. */
  async #names(): Promise<[Protocol, string][]> {
    const { protocol, host } = this.trunk;
    const name = (each: Protocol): [Protocol, string] => [each, `${SRV[each]}.${host}`];
    if (protocol !== null) return [name(protocol)];
    const records = (await this.resolver.naptr(host)).toSorted((a, b) =>
      a.order - b.order || a.preference - b.preference
    );
    const named = records.flatMap(({ flags, services, replacement }): [Protocol, string][] => {
      const each = SERVICES.get(services.toUpperCase());
      return each && flags.toLowerCase() === "s" ? [[each, replacement.replace(/\.$/, "")]] : [];
    });
    return named.length ? named : [...SERVICES.values()].map(name);
  }
}

/** By priority, and among equals at random by weight (RFC 2782). "." offers no service. */
function bySrv(records: Deno.SrvRecord[], random: () => number): Deno.SrvRecord[] {
  const left = records.filter(({ target }) => target !== "." && target !== "")
    // Without weight first: they are to be chosen rarely, but not never.
    .toSorted((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: Deno.SrvRecord[] = [];
  while (left.length) {
    const equals = left.filter(({ priority }) => priority === left[0].priority);
    const sum = equals.reduce((sum, { weight }) => sum + weight, 0);
    let draw = Math.floor(random() * (sum + 1));
    const chosen = equals.find(({ weight }) => (draw -= weight) <= 0) ?? equals[0];
    ordered.push(...left.splice(left.indexOf(chosen), 1));
  }
  return ordered;
}

function targetAt(protocol: Protocol, host: string, port: number | null): Target {
  return { protocol, host, port: port ?? (protocol === "tls" ? 5061 : 5060) };
}
