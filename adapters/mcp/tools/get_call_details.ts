import { z } from "zod";
import { MAX_WAIT_SECONDS } from "../../../src/calls/queries.ts";
import { defineTool, READS } from "../define_tool.ts";
import { uuid, whole } from "../fields.ts";
import { callDetailsShape, presentCallDetails } from "../present/call.ts";

/** `get-call-details` */
export const getCallDetails = defineTool({
  name: "get-call-details",
  title: "Get call details",
  description: "Get a call's status, end reason, campaign, record, outcomes, cost breakdown and " +
    "timeline. Use it to follow a call. With waitSeconds it returns as " +
    "soon as the call ends; until there is an endReason call it again. " +
    "Next: get-call-transcript, get-call-outcomes, get-call-recording.",
  hints: READS,
  permission: "calls.view",
  toolset: "core",
  input: z.object({
    callUuid: uuid("UUID of the call"),
    waitSeconds: whole(
      0,
      MAX_WAIT_SECONDS,
      `Seconds to wait for the call's end, 0-${MAX_WAIT_SECONDS} (default: 0)`,
    ).optional(),
  }),
  output: z.object(callDetailsShape),
  async call({ app, principal, signal, progress }, { callUuid, waitSeconds = 0 }) {
    const details = await app.calls.wait(principal, callUuid, {
      seconds: waitSeconds,
      signal,
      onProgress: ({ call }, waited) => progress(waited, waitSeconds, `Call is ${call.status}`),
    });
    return presentCallDetails(details, principal);
  },
});
