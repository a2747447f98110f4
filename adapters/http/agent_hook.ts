/**
 * `POST /hooks/agents/{assistant}`: where an assistant's platform reports what was said and found out
 * on a call. Answers once everything is stored; a report may come late, twice, and in any order.
 *
 * A recording is taken by its URL, which is kept to ourselves: our own links serve what is there.
 *
 * @module
 */
import type { App } from "../../src/app.ts";
import type { AgentReport } from "../../src/calls/agent_report.ts";
import type { AgentPlatform, AgentWebhook } from "../../src/campaigns/agent_webhook.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { elevenLabsReport } from "./agents/elevenlabs.ts";
import { isGenuine } from "./agents/signature.ts";
import { studioReport } from "./agents/studio.ts";
import { vapiReport } from "./agents/vapi.ts";
import type { HookRoute } from "./create_http.ts";
import { BODY_LIMITS, checkBodyHeaders, parseJson, readBody } from "./json_body.ts";
import { HttpProblem } from "./problem.ts";

/** What the hook is made of. */
export interface AgentHookDeps {
  find: App["campaigns"]["agentWebhook"];
  report: App["calls"]["reportFromAgent"];
  clock: Clock;
}

/** Path of an assistant's webhook. */
export function agentHookPath(assistantUuid: string): string {
  return `/hooks/agents/${assistantUuid}`;
}

/** Each platform's words as a report; null for what reports nothing. */
const MAPPINGS: Record<
  AgentPlatform,
  (payload: unknown, now: Date, webhook: AgentWebhook) => AgentReport | null
> = {
  studio: studioReport,
  elevenlabs: elevenLabsReport,
  vapi: vapiReport,
};

/** Stands in where there is no webhook, so that an unknown assistant takes as long as a known one. */
const NOBODY: AgentWebhook = {
  platform: "studio",
  secret: "nobody knows this, and it opens nothing",
};

/** The route. */
export function agentHook({ find, report, clock }: AgentHookDeps): HookRoute {
  return {
    path: agentHookPath(":assistant"),
    method: "POST",
    async handle(request) {
      checkBodyHeaders(request.headers, BODY_LIMITS);
      const body = await readBody(request, BODY_LIMITS, clock);
      const found = await find(new URL(request.url).pathname.split("/").at(-1) ?? "");
      const now = clock.now();
      const genuine = await isGenuine(found?.webhook ?? NOBODY, request.headers, body, now);
      if (!genuine || found === null) {
        throw new HttpProblem(
          401,
          "Unauthorized: this assistant has no webhook, or the signature was not made with its " +
            "secret over this very body, or not within the last minutes.",
          { "WWW-Authenticate": "Signature" },
        );
      }
      const { webhook } = found;
      const mapped = MAPPINGS[webhook.platform](parseJson(body, BODY_LIMITS), now, webhook);
      if (mapped === null) {
        return Response.json({
          applied: [],
          notes: ["this type of message reports nothing: ignored"],
        });
      }
      try {
        return Response.json(await report(found.agent, mapped));
      } catch (error) {
        throw problemOf(error);
      }
    },
  };
}

function problemOf(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  if (error.code === "not_found") return new HttpProblem(404, `${error.message}.`);
  if (error.code === "invalid") return new HttpProblem(422, `${error.message}.`);
  return error;
}
