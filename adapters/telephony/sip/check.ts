/**
 * What an operator wants to know of a SIP trunk before the first call: does its name resolve, does it
 * answer us, does it take our password, and can it find us. Nobody is called.
 *
 * @module
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIPv6 } from "node:net";
import type { Clock } from "../../../src/kernel/clock.ts";
import type { Check } from "../phone_provider.ts";
import type { SipSettings } from "./settings.ts";
import { hostPort } from "./transaction.ts";
import type { Address, Target, Transport } from "./transport.ts";
import { type Resolver, TrunkLookup } from "./trunk_lookup.ts";
import { UserAgent } from "./user_agent.ts";

/** What the check is made with. */
export interface SipCheckOptions {
  settings: Pick<SipSettings, "trunk" | "credentials" | "from" | "listen" | "advertise">;
  /** Sockets that listen there; told to close when the check is over. */
  open: (listen: Address) => Transport;
  clock: Clock;
  /** IP addresses of a host; rejects when it has none. The system's by default. */
  addressesOf?: (host: string) => Promise<string[]>;
  /** Finds the trunk's servers; the runtime's by default. */
  resolver?: Resolver;
}

/** Milliseconds for which an answer is awaited. */
const PATIENCE_MS = 5_000;
const TRUNK = "SIP trunk";
const ADDRESS = "SIP address";

/** Looks at everything, in the order in which to mend it. */
export async function checkSip(options: SipCheckOptions): Promise<Check[]> {
  const { settings: { trunk, advertise, listen }, addressesOf = systemAddresses } = options;
  const own = advertise ?? listen;
  const [server] = await new TrunkLookup(trunk, options.clock, options.resolver).targets();
  const [trunkAddresses, ownAddresses] = await Promise.all(
    [server.host, own.host].map((host) => addressesOf(host).catch(() => [])),
  );
  if (trunkAddresses.length === 0) {
    const text = `the name ${server.host} has no address`;
    return [failed(TRUNK, text, "Check SIP_TRUNK, and that this machine can look names up.")];
  }
  return [...await trunkFound(options, server), addressFound(own, ownAddresses, trunkAddresses)];
}

async function trunkFound(options: SipCheckOptions, server: Target): Promise<Check[]> {
  const { settings: { listen }, open } = options;
  const transport = open(listen);
  try {
    await transport.listen(server.protocol);
  } catch (error) {
    transport.close();
    const at = hostPort(listen);
    if (!isInUse(error)) {
      const fix = "Give SIP_LISTEN an address that this machine has, and a port above 1023.";
      return [failed(TRUNK, `cannot listen at ${at} (${messageOf(error)})`, fix)];
    }
    // Most probably by the server itself, which goes on: any other port does for asking.
    const asked = await ask(options, server, open({ ...listen, port: 0 }));
    const text = `${at} is in use, as it is while the server runs; asked from another port`;
    return [{ check: ADDRESS, state: "ok", text }, asked];
  }
  return [await ask(options, server, transport)];
}

/** OPTIONS (RFC 3261 §11), with credentials when they are asked for. */
async function ask(
  { settings: { credentials, from }, clock }: SipCheckOptions,
  server: Target,
  transport: Transport,
): Promise<Check> {
  const where = `${hostPort(server)} over ${server.protocol.toUpperCase()}`;
  let why = "";
  const agent = new UserAgent({
    transport,
    clock,
    onFailure: (_what, error) => why = messageOf(error),
  });
  try {
    const final = await agent.options(server, from, credentials, PATIENCE_MS);
    if (final.kind === "unsent") {
      const fix = "Check host, port and transport in SIP_TRUNK, and the firewall.";
      return failed(TRUNK, `${where} cannot be reached${why && ` (${why})`}`, fix);
    }
    if (final.kind === "timeout") {
      const fix = "Check host, port and transport in SIP_TRUNK, the firewall, and that the trunk " +
        "knows this server's address. Few trunks take calls and no OPTIONS: try one call.";
      return failed(TRUNK, `${where} has not answered in ${PATIENCE_MS / 1000} s`, fix);
    }
    return answered(where, final.response.status, final.challenged, credentials !== null);
  } finally {
    agent.close();
  }
}

function answered(
  where: string,
  status: number,
  challenged: boolean,
  credentials: boolean,
): Check {
  if (status === 401 || status === 407 || (challenged && status === 403)) {
    return credentials
      ? failed(TRUNK, `${where} refuses the credentials`, "Correct SIP_USER and SIP_PASSWORD.")
      : failed(TRUNK, `${where} wants credentials`, "Set SIP_USER and SIP_PASSWORD.");
  }
  if (status === 403 || status >= 500) {
    return {
      check: TRUNK,
      state: "warning",
      text: `${where} answers ${status}`,
      fix: "Let the trunk know this server's address, or ask its provider; then try one call.",
    };
  }
  const password = challenged
    ? ", and takes the credentials"
    : credentials
    ? "; it did not ask for the credentials"
    : "";
  return { check: TRUNK, state: "ok", text: `${where} answers${password}` };
}

function addressFound(own: Address, ours: string[], trunks: string[]): Check {
  const told = hostPort(own);
  if (ours.length === 0) {
    const fix = "Name a host that has one in SIP_LISTEN, after public=.";
    return failed(ADDRESS, `the name ${own.host} that peers are told has no address`, fix);
  }
  if (ours.some(isPrivate) && !trunks.every(isPrivate)) {
    return {
      check: ADDRESS,
      state: "warning",
      text: `peers are told ${told}, a private address that they cannot reach`,
      fix:
        `Tell the public one: SIP_LISTEN=${told};public=ADDRESS:${own.port}, and forward that port.`,
    };
  }
  return { check: ADDRESS, state: "ok", text: `peers are told ${told}` };
}

const PRIVATE = new BlockList();
// RFC 1918, 6598, 1122, 3927; RFC 4193, 4291.
for (
  const [net, prefix] of [
    ["10.0.0.0", 8],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
  ] as const
) PRIVATE.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of [["fc00::", 7], ["fe80::", 10], ["::1", 128]] as const) {
  PRIVATE.addSubnet(net, prefix, "ipv6");
}

function isPrivate(address: string): boolean {
  return PRIVATE.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

async function systemAddresses(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function isInUse(error: unknown): boolean {
  return error instanceof Deno.errors.AddrInUse ||
    (error instanceof Error && "code" in error && error.code === "EADDRINUSE");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failed(check: string, text: string, fix: string): Check {
  return { check, state: "failed", text, fix };
}
