/**
 * A web server whose agents' webhook leads to a studio, with a platform that signs by itself: not by
 * the code that is under test.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { recordingLinks } from "../../adapters/http/recording_links.ts";
import { agentHook } from "../../adapters/http/agent_hook.ts";
import type { AgentPlatform, AgentWebhook } from "../../src/campaigns/agent_webhook.ts";
import type { Call } from "../../src/calls/call.ts";
import { addCall, openStudio, type Studio } from "../support/studio.ts";
import { type Harness, harness, PUBLIC_URL } from "./harness.ts";

/** What the platform and the studio share. */
export const SECRET = "an-assistants-own-secret";

/** The parts of a request that a test may replace. */
export interface Sent {
  secret?: string;
  /** When it was signed, in seconds after now. */
  signedAt?: number;
  /** Assistant whom the path names; the company's own unless given. */
  assistant?: string;
  headers?: Record<string, string>;
  /** Bytes that are sent instead of those that were signed. */
  body?: string;
}

/** A studio with a live call, and a server in front. */
export interface Desk {
  studio: Studio;
  server: Harness;
  call: Call;
  /** Reports, signed as the platform signs; status and body of the answer. */
  post(payload: unknown, sent?: Sent): Promise<{ status: number; answer: Answer }>;
  /** Opens a good link to the call's recording. */
  listen(headers?: Record<string, string>): Promise<Response>;
}

/** A body that the hook answers with. */
export interface Answer {
  applied?: string[];
  notes?: string[];
  error?: { message: string };
}

/** `<time>.<body>` signed with HMAC-SHA-256, in hexadecimal. */
export function hmac(secret: string, time: number | string, body: string): string {
  return createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
}

/** Opens a studio whose company's assistant is on a platform. */
export async function openDesk(
  platform: AgentPlatform = "studio",
  more: Omit<AgentWebhook, "platform" | "secret"> = {},
): Promise<Desk> {
  const studio = await openStudio();
  const { app, clock, store, company } = studio;
  const webhook = { platform, secret: SECRET, ...more };
  await store.run(
    "all",
    ({ campaigns }) => campaigns.saveAssistant({ ...company.assistant, webhook }),
  );
  const { agentWebhook: find } = app.campaigns;
  const hook = agentHook({ find, report: app.calls.reportFromAgent, clock });
  const links = recordingLinks({ signingKey: "a key for tests", publicUrl: PUBLIC_URL, clock });
  const recordings = { links, open: app.calls.openRecording };
  const server = harness({ clock, hooks: [hook], recordings });
  const call = await addCall(studio);
  return {
    studio,
    server,
    call,
    async listen(headers = {}) {
      const expiresAt = new Date(clock.now().getTime() + 60_000);
      const url = await links.sign({ clientId: call.clientId, callId: call.id }, expiresAt);
      return await server.fetch(new Request(url, { headers }));
    },
    async post(payload, { secret = SECRET, signedAt = 0, ...sent } = {}) {
      const body = typeof payload === "string" ? payload : JSON.stringify(payload);
      const time = Math.floor(clock.now().getTime() / 1000) + signedAt;
      const signature = hmac(secret, time, body);
      const signed: Record<AgentPlatform, Record<string, string>> = {
        studio: { "studio-signature": `t=${time},v1=${signature}` },
        elevenlabs: { "elevenlabs-signature": `t=${time},v0=${signature}` },
        vapi: { "x-timestamp": String(time), "x-signature": signature },
      };
      const path = `/hooks/agents/${sent.assistant ?? company.assistant.id}`;
      const response = await server.fetch(
        new Request(new URL(path, PUBLIC_URL), {
          method: "POST",
          headers: {
            "content-type": "application/json",
            ...sent.headers ?? signed[platform],
          },
          body: sent.body ?? body,
        }),
      );
      return { status: response.status, answer: await response.json() };
    },
  };
}
