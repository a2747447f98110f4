/**
 * Tests that need a program which not every machine has: they run where it is, are shown as ignored with
 * the reason in their name where it is not, and fail for want of it when `CI_REQUIRE_ALL` is 1.
 * @module
 */
import { hasPostgres } from "./real_postgres.ts";

const tools = {
  postgres: { what: "a PostgreSQL server", debian: "postgresql", there: hasPostgres },
  pgbouncer: {
    what: "PgBouncer and a PostgreSQL server",
    debian: "pgbouncer postgresql",
    there: () => hasPostgres() && onPath("pgbouncer"),
  },
  sipp: { what: "sipp", debian: "sip-tester", there: () => onPath("sipp") },
  kamailio: {
    what: "Kamailio with TLS",
    debian: "kamailio kamailio-tls-modules",
    there: () => onPath("kamailio"),
  },
  baresip: { what: "baresip", debian: "baresip", there: () => onPath("baresip") },
  chromium: { what: "Chromium", debian: "chromium", there: () => onPath("chromium") },
};

/** A program that tests may need and a newcomer's machine may lack. */
export type Tool = keyof typeof tools;

/**
 * Calls `register`, which registers any number of tests, if the tool is on this machine; else registers
 * one test in their place, named `title`, that says why.
 */
export function whenThere(tool: Tool, title: string, register: () => void): void {
  const { what, debian, there } = tools[tool];
  if (there()) return register();
  const reason = `needs ${what}: apt-get install ${debian}`;
  if (Deno.env.get("CI_REQUIRE_ALL") === "1") {
    Deno.test(title, () => {
      throw new Error(`Not run, but CI runs everything: ${reason}`);
    });
  } else {
    Deno.test({ name: `${title} (skipped: ${reason})`, ignore: true, fn() {} });
  }
}

function onPath(program: string): boolean {
  return [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin"].some((dir) => {
    try {
      return dir !== "" && Deno.statSync(`${dir}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}
