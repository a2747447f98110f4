/**
 * Settings of a SIP trunk, as text and as values.
 *
 * @module
 */
import type { Credentials } from "./digest.ts";
import { parseUri } from "./message.ts";
import type { OfferMode } from "./third_party_call_control.ts";
import type { Address, Protocol } from "./transport.ts";
import type { Trunk } from "./trunk_lookup.ts";

/** All that a trunk needs. */
export interface SipSettings {
  trunk: Trunk;
  /** Null where the trunk knows us by our address. */
  credentials: Credentials | null;
  /** Our own URI: who calls. */
  from: string;
  listen: Address;
  /** What peers are told, where it is not `listen`. */
  advertise: Address | null;
  offer: OfferMode;
}

/** `sip:host:port;transport=udp|tcp|tls`; port and transport may be DNS's to say. Null when bad. */
export function parseTrunk(text: string): Trunk | null {
  try {
    const { secure, user, host, port, parameters } = parseUri(text);
    const named = parameters.get("transport")?.toLowerCase() ?? null;
    if (user !== null || !(named === null || /^(udp|tcp|tls)$/.test(named))) return null;
    return { protocol: secure ? "tls" : named as Protocol | null, host, port };
  } catch {
    return null;
  }
}

/** A number such as `+14155550100`, at the trunk's host, or a whole `sip:` URI. Null when bad. */
export function parseFrom(text: string, trunk: Trunk): string | null {
  if (/^\+?\d{1,15}$/.test(text)) return `sip:${text}@${trunk.host}`;
  try {
    return parseUri(text).user === null ? null : text;
  } catch {
    return null;
  }
}

/**
 * `address:port`, and `;public=address:port` where peers reach it by another. Null when bad, or when
 * it is a wildcard that nobody could answer to.
 */
export function parseListen(text: string): Pick<SipSettings, "listen" | "advertise"> | null {
  const [own, ...options] = text.split(";");
  const listen = parseAddress(own);
  const told = options.map((option) => /^public=(.+)$/.exec(option)?.[1]);
  const advertise = told[0] === undefined ? null : parseAddress(told[0]);
  const wildcard = listen?.host === "0.0.0.0" || listen?.host === "::";
  if (listen === null || told.length > 1 || (options.length && advertise === null)) return null;
  return wildcard && advertise === null ? null : { listen, advertise };
}

function parseAddress(text: string): Address | null {
  try {
    const { host, port, user, parameters } = parseUri(`sip:${text}`);
    return user === null && parameters.size === 0 && port !== null && port < 65_536
      ? { host, port }
      : null;
  } catch {
    return null;
  }
}
