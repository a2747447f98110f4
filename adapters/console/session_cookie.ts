/**
 * The cookie that holds a session's secret: `__Host-session`, or on plain http (this very machine)
 * `session`, because browsers keep `__Host-` to https.
 *
 * @module
 */
import type { Context } from "@hono/hono";
import { deleteCookie, getCookie, setCookie } from "@hono/hono/cookie";

const NAME = "session";
/** Seconds; the server ends sessions by itself, and sooner. */
const LONGEST = 7 * 24 * 3600;

/** Reads, sets and removes the cookie. */
export interface SessionCookie {
  read(c: Context): string | null;
  set(c: Context, secret: string): void;
  remove(c: Context): void;
}

/** The cookie for a server at that address. */
export function sessionCookie(publicUrl: URL): SessionCookie {
  const secure = publicUrl.protocol === "https:";
  const prefix = secure ? { prefix: "host" as const } : {};
  const options = { path: "/", httpOnly: true, secure, sameSite: "Lax" as const, ...prefix };
  return {
    read: (c) => (secure ? getCookie(c, NAME, "host") : getCookie(c, NAME)) ?? null,
    set: (c, secret) => setCookie(c, NAME, secret, { ...options, maxAge: LONGEST }),
    remove: (c) => void deleteCookie(c, NAME, options),
  };
}
