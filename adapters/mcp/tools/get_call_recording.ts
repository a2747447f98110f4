import { z } from "zod";
import { LINK_MINUTES } from "../../../src/calls/queries.ts";
import { defineTool, READS } from "../define_tool.ts";
import { uuid } from "../fields.ts";
import { compact, owned, ownerOf, time } from "../present/wire.ts";

/** `get-call-recording` */
export const getCallRecording = defineTool({
  name: "get-call-recording",
  title: "Get a call's recording",
  description: "Get a URL that serves the recording of a completed call (MP3) to anybody " +
    `for ${LINK_MINUTES} minutes. Use it when the user wants to hear the call. ` +
    "Next: give them the URL.",
  hints: READS,
  permission: "calls.view",
  toolset: "core",
  input: z.object({ callUuid: uuid("UUID of the call") }),
  output: z.object({
    callUuid: z.string(),
    url: z.string(),
    mimeType: z.string(),
    durationSeconds: z.int().optional(),
    expiresAt: z.string(),
    ...owned,
  }),
  async call({ app, principal }, { callUuid }) {
    const link = await app.calls.recording(principal, callUuid);
    return compact({
      callUuid: link.call.id,
      url: link.url,
      mimeType: "audio/mpeg",
      durationSeconds: link.durationSeconds,
      expiresAt: time(link.expiresAt),
      ...ownerOf(principal, link.call, link.clientName),
    });
  },
});
