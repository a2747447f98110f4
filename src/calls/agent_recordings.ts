/**
 * Port: recordings that an agent's platform keeps. Their URLs come from outside, so that whoever
 * fetches them asks only hosts that the assistant's settings name, and never one of our own network.
 *
 * @module
 */
import type { AgentWebhook } from "../campaigns/agent_webhook.ts";
import { MAX_RECORDING_URL } from "./agent_report.ts";
import type { ByteRange, RecordingStream } from "./call_gateway.ts";

/** Where a recording is, and the settings of the assistant whose platform keeps it. */
export type AgentRecording = {
  url: string;
  webhook: AgentWebhook;
};

/** Why a recording cannot be passed on; a sentence for each, of which none tells where it is. */
export const UNPLAYABLE = {
  host_not_allowed:
    "The recording is at a host that the assistant's settings do not name; the operator can name " +
    "it with studio assistant create --recording-host",
  no_key: "The agent's platform hands out recordings for its API key alone, and none is set; the " +
    "operator can set it with studio assistant create --recording-key-file",
  not_permitted: "The agent's platform does not let the studio have the recording; the operator " +
    "should check the API key",
  not_found: "The agent's platform has no such recording (any more)",
  redirected: "The agent's platform refers to another place, which is not followed",
  not_mp3: "The recording is not MP3: let the agent's platform record MP3 (Vapi: " +
    'artifactPlan.recordingFormat "mp3") to hear later calls',
  too_large: "The recording is larger than what is passed on (64 MiB)",
  unreachable: "The agent's platform does not hand out the recording now; try again in a minute",
} as const satisfies Record<string, string>;

/** A key of {@link UNPLAYABLE}. */
export type Unplayable = keyof typeof UNPLAYABLE;

/** Fetches recordings. No method rejects for what a platform does. */
export interface AgentRecordings {
  /** Why the recording cannot be passed on, or null; reads no more than the head of an answer. */
  check(recording: AgentRecording): Promise<Unplayable | null>;
  /** The recording or a part of it; or why there is none. */
  open(recording: AgentRecording, range: ByteRange | null): Promise<RecordingStream | Unplayable>;
}

const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Whether a URL names this machine itself: such a recording is for local work alone. */
export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.includes(hostname);
}

/** A recording's URL: https without credentials (on loopback http as well); null for others. */
export function recordingUrl(text: string): URL | null {
  const url = text.length <= MAX_RECORDING_URL ? URL.parse(text) : null;
  if (url === null || url.username !== "" || url.password !== "") return null;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url)) ? url : null;
}
