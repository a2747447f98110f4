/**
 * What the platforms' payloads have in common. Unknown fields are ignored everywhere: platforms add
 * new ones without notice.
 *
 * @module
 */
import type { z } from "zod";
import type { AgentReport } from "../../../src/calls/agent_report.ts";
import type { Speaker, Turn } from "../../../src/calls/transcript.ts";
import { isUuid } from "../../../src/kernel/ids.ts";
import type { Json } from "../../../src/kernel/json.ts";
import { HttpProblem } from "../problem.ts";

/** Name of the finding that tells of a wish not to be called again, whoever extracts it. */
export const OPT_OUT = "do_not_call";

/**
 * The payload in its shape.
 *
 * @throws HttpProblem 422 that names each field that is wrong, and never what it holds.
 */
export function parsePayload<T>(schema: z.ZodType<T>, payload: unknown): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 5).map(({ path, message }) => {
    const field = path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`)
      .join("").replace(/^\./, "");
    return `${field || "the body"}: ${message}`;
  });
  throw new HttpProblem(422, `Unprocessable report: ${problems.join("; ")}.`);
}

/** Names under which the call's uuid may come, most telling first, without case and signs. */
const NAMES = ["calluuid", "callsid", "callid"];

/**
 * The call's uuid among variables. Platforms rename what they are given: `callUuid` in a stream's
 * parameters stays, `X-Call-Uuid` in a SIP header becomes `call-uuid`, `X-CALL-ID` becomes
 * `system__call_sid`.
 *
 * @throws HttpProblem 422 when there is none.
 */
export function callUuidIn(where: string, ...variables: unknown[]): string {
  const entries = variables
    .flatMap((each) => each !== null && typeof each === "object" ? Object.entries(each) : [])
    .map(([name, value]) => ({ name: name.toLowerCase().replace(/[^a-z]/g, ""), value }));
  for (const wanted of NAMES) {
    const found = entries.find(({ name, value }) =>
      name.endsWith(wanted) && typeof value === "string" && isUuid(value)
    );
    if (found) return String(found.value);
  }
  throw new HttpProblem(
    422,
    `Unprocessable report: ${where} holds no callUuid. Pass the callUuid that the studio hands ` +
      "over with each call on to the conversation.",
  );
}

/** Platforms' names of who spoke. */
const SPEAKERS: Record<string, Speaker> = {
  agent: "agent",
  assistant: "agent",
  bot: "agent",
  user: "contact",
};

/** A turn as platforms have it; without text where it only uses a tool. */
export interface RawTurn {
  role: string;
  text: string | null | undefined;
  seconds: number | null | undefined;
}

/** What was said aloud by either of the two. */
export function turnsOf(turns: readonly RawTurn[] | null | undefined): Turn[] | undefined {
  return turns?.flatMap(({ role, text, seconds }) =>
    text && Object.hasOwn(SPEAKERS, role)
      ? [{ role: SPEAKERS[role], startSeconds: Math.max(0, seconds ?? 0), text }]
      : []
  );
}

/** Findings by name as a report has them; none at all leave those that were reported before. */
export function outcomesOf(
  values: readonly [string, Json][],
): Pick<AgentReport, "outcomes" | "optOut"> {
  if (values.length === 0) return {};
  return {
    outcomes: values.map(([name, value]) => ({ name, value, turn: null })),
    optOut: values.some(([name, value]) => name === OPT_OUT && value === true),
  };
}

/** A moment in Unix seconds, Unix milliseconds or ISO-8601; `otherwise` when it is none. */
export function momentOf(value: number | string | undefined, otherwise: Date): Date {
  const number = Number(value);
  const at = typeof value === "string" && Number.isNaN(number)
    ? new Date(value)
    : new Date(number > 1e11 ? number : number * 1000);
  return Number.isNaN(at.getTime()) ? otherwise : at;
}
