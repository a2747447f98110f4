/**
 * Which program sends a message, by its own account: good for finding out, no proof of anything.
 *
 * @module
 */
import { z } from "zod";

/** Every message of revision 2026-07-28 names its sender; before, `initialize` alone does. */
const INFO = "io.modelcontextprotocol/clientInfo";
const info = z.object({ name: z.string(), version: z.string() });
const message = z.object({
  params: z.union([
    z.object({ _meta: z.object({ [INFO]: info }) }).transform(({ _meta }) => _meta[INFO]),
    z.object({ clientInfo: info }).transform(({ clientInfo }) => clientInfo),
  ]),
});

const MAX = 100;

/** As `name/version`; else what the `User-Agent` says; else null. */
export function applicationOf(body: unknown, headers: Headers): string | null {
  const found = message.safeParse(body);
  const text = found.success
    ? `${found.data.params.name}/${found.data.params.version}`
    : headers.get("user-agent") ?? "";
  return text.replace(/[^\x20-\x7e]+/g, " ").trim().slice(0, MAX) || null;
}
