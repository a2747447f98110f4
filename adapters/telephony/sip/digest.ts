/**
 * Digest authentication of requests: RFC 7616 and RFC 2617 as SIP uses them (RFC 3261 §22, RFC 8760).
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { type Header, type SipResponse, valuesOf } from "./message.ts";

/** What the trunk's provider gave us. */
export interface Credentials {
  user: string;
  password: string;
}

/** A challenge, and how often it was answered. */
export interface Challenge {
  /** Of the answer: `authorization` to a 401, `proxy-authorization` to a 407. */
  header: "authorization" | "proxy-authorization";
  realm: string;
  nonce: string;
  algorithm: "MD5" | "SHA-256";
  /** Whether the algorithm's `-sess` form is asked for. */
  session: boolean;
  /** Whether `qop=auth` is; else the form of RFC 2069. */
  qop: boolean;
  opaque: string | null;
  /** The nonce was too old; the password was right. */
  stale: boolean;
  count: number;
}

/** The first challenge that can be answered, by the challenger's order of preference (RFC 7616 §3.7). */
export function challengeOf(response: SipResponse): Challenge | null {
  const proxy = response.status === 407;
  const values = valuesOf(response, proxy ? "proxy-authenticate" : "www-authenticate");
  for (const value of values) {
    const challenge = parse(value, proxy ? "proxy-authorization" : "authorization");
    if (challenge !== null) return challenge;
  }
  return null;
}

/** The header that answers a challenge; each answer counts up its nonce. */
export function answer(
  challenge: Challenge,
  { user, password }: Credentials,
  method: string,
  uri: string,
  cnonce: string = randomBytes(8).toString("hex"),
): Header {
  const { realm, nonce, algorithm, session, qop, opaque } = challenge;
  const hash = (text: string) =>
    createHash(algorithm === "MD5" ? "md5" : "sha256").update(text).digest("hex");
  challenge.count++;
  const count = challenge.count.toString(16).padStart(8, "0");
  const plain = hash(`${user}:${realm}:${password}`);
  const secret = session ? hash(`${plain}:${nonce}:${cnonce}`) : plain;
  const asked = hash(`${method}:${uri}`);
  const response = qop
    ? hash(`${secret}:${nonce}:${count}:${cnonce}:auth:${asked}`)
    : hash(`${secret}:${nonce}:${asked}`);
  const parts = [
    `username=${quoted(user)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}${session ? "-sess" : ""}`,
    ...(qop ? ["qop=auth", `nc=${count}`] : []),
    ...(qop || session ? [`cnonce="${cnonce}"`] : []),
    ...(opaque === null ? [] : [`opaque=${quoted(opaque)}`]),
  ];
  return [challenge.header, `Digest ${parts.join(", ")}`];
}

function parse(value: string, header: Challenge["header"]): Challenge | null {
  if (!/^digest\s/i.test(value)) return null;
  const found = value.matchAll(/([a-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))/gi);
  const told = new Map(
    Array.from(found, ([, name, text, token]) => [
      name.toLowerCase(),
      text?.replace(/\\(.)/g, "$1") ?? token,
    ]),
  );
  const algorithm = /^(MD5|SHA-256)(-SESS)?$/.exec((told.get("algorithm") ?? "MD5").toUpperCase());
  const qops = told.get("qop")?.toLowerCase().split(",").map((option) => option.trim());
  const nonce = told.get("nonce");
  if (!algorithm || nonce === undefined || (qops && !qops.includes("auth"))) return null;
  return {
    header,
    realm: told.get("realm") ?? "",
    nonce,
    algorithm: algorithm[1] as Challenge["algorithm"],
    session: algorithm[2] !== undefined,
    qop: qops !== undefined,
    opaque: told.get("opaque") ?? null,
    stale: told.get("stale")?.toLowerCase() === "true",
    count: 0,
  };
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
