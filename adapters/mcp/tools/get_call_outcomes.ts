import { z } from "zod";
import { defineTool, READS } from "../define_tool.ts";
import { uuid } from "../fields.ts";
import { anyText, outcomeShape, presentOutcome } from "../present/outcome.ts";
import { noticeFor } from "../present/untrusted.ts";
import { owned, ownerOf } from "../present/wire.ts";

/** `get-call-outcomes` */
export const getCallOutcomes = defineTool({
  name: "get-call-outcomes",
  title: "Get a call's outcomes",
  description: "Get all AI-extracted outcomes of a call: name, type, value and, where known, the " +
    "transcript's turn (from 0) behind it. Use it for a call's results as data. Next: " +
    "get-call-transcript.",
  hints: READS,
  permission: "calls.view",
  toolset: "core",
  input: z.object({ callUuid: uuid("UUID of the call") }),
  output: z.object({
    callUuid: z.string(),
    outcomes: z.array(outcomeShape),
    notice: z.string().optional(),
    ...owned,
  }),
  async call({ app, principal }, { callUuid }) {
    const { call, clientName, outcomes } = await app.calls.get(principal, callUuid);
    return {
      callUuid: call.id,
      outcomes: outcomes.map(presentOutcome),
      ...noticeFor(anyText(outcomes)),
      ...ownerOf(principal, call, clientName),
    };
  },
});
