/**
 * What the agent's platform is told about a call, in headers of its INVITE: `X-Call-Uuid`, by which it
 * reports back, and `X-…` for each piece of context, such as `X-Contact` or `X-Parameters-Email`.
 *
 * Platforms commonly hand such headers to the agent as variables (Vapi: https://docs.vapi.ai/advanced/sip).
 * ElevenLabs takes over only a few that it knows, and gives the value of `X-CALL-ID` back as
 * `system__call_sid` (https://elevenlabs.io/docs/agents-platform/phone-numbers/sip-trunking), so the
 * call's uuid goes there too. An INVITE has to stay small, over
 * UDP above all (RFC 3261 §18.1.1): long values are cut, and what does not fit is left out.
 *
 * @module
 */
import type { CallRef } from "../../../src/calls/call_event.ts";
import type { Header } from "./message.ts";

/** Characters of one value, and of all together. */
const MAX_VALUE = 200;
const MAX_CONTEXT = 600;

/** Headers for a call's agent; line breaks and other control characters become spaces. */
export function agentHeaders({ callId }: CallRef, context: Record<string, string>): Header[] {
  const headers: Header[] = [["x-call-uuid", callId], ["x-call-id", callId]];
  let room = MAX_CONTEXT;
  for (const [name, value] of Object.entries(context)) {
    const header = `x-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
    const text = oneLine(value).slice(0, MAX_VALUE);
    const size = header.length + text.length;
    if (size > room || headers.some(([known]) => known === header)) continue;
    headers.push([header, text]);
    room -= size;
  }
  return headers;
}

function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what must not get in
  return text.replace(/[\s\u0000-\u001f\u007f]+/g, " ").trim();
}
