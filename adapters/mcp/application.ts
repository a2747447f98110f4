/**
 * Which program sends a message, by its own account: good for finding out, no proof of anything.
 *
 * @module
 */
/** Every message of revision 2026-07-28 names its sender; before, `initialize` alone does. */
const INFO = "io.modelcontextprotocol/clientInfo";

const MAX = 100;

/** As `name/version`; else what the `User-Agent` says; else null. */
export function applicationOf(body: unknown, headers: Headers): string | null {
  const params = memberOf(body, "params");
  const text = named(memberOf(memberOf(params, "_meta"), INFO)) ??
    named(memberOf(params, "clientInfo")) ?? headers.get("user-agent") ?? "";
  return text.replace(/[^\x20-\x7e]+/g, " ").trim().slice(0, MAX) || null;
}

function named(info: unknown): string | undefined {
  const [name, version] = [memberOf(info, "name"), memberOf(info, "version")];
  return typeof name === "string" && typeof version === "string" ? `${name}/${version}` : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
