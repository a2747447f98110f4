/**
 * A voice agent's platform that reports in the studio's own words, as the README says.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Http } from "../../adapters/http/create_http.ts";
import { hmac, SECRET } from "../http/agent_desk.ts";

/** What an assistant needs for its platform to report. */
export const AGENT_WEBHOOK = { platform: "studio" as const, secret: SECRET };

/** Posts a signed report of an assistant, and asserts that it was taken. */
export async function reportAsAgent(
  { http, origin, assistantId, at }: { http: Http; origin: URL; assistantId: string; at: Date },
  report: Record<string, unknown>,
): Promise<void> {
  const body = JSON.stringify({ at: at.toISOString(), ...report });
  const time = Math.floor(at.getTime() / 1000);
  const response = await http.fetch(
    new Request(new URL(`/hooks/agents/${assistantId}`, origin), {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "studio-signature": `t=${time},v1=${hmac(SECRET, time, body)}`,
      },
      body,
    }),
  );
  assertEquals(response.status, 200, await response.text());
}
