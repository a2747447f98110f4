import { z } from "zod";
import { defineTool, READS } from "../define_tool.ts";
import { uuid } from "../fields.ts";
import { outcomeShape, presentOutcome } from "../present/call.ts";
import { owned, ownerOf } from "../present/wire.ts";

/** `get-call-outcomes` */
export const getCallOutcomes = defineTool({
  name: "get-call-outcomes",
  title: "Get a call's outcomes",
  description: "Get all AI-extracted outcomes of a call: name, type, value and, where known, the " +
    "turn of the transcript (from 0) that it rests on.",
  hints: READS,
  permission: "calls.view",
  toolset: "core",
  input: z.object({ callUuid: uuid("UUID of the call") }),
  output: z.object({ callUuid: z.string(), outcomes: z.array(outcomeShape), ...owned }),
  async call({ app, principal }, { callUuid }) {
    const { call, clientName, outcomes } = await app.calls.get(principal, callUuid);
    return {
      callUuid: call.id,
      outcomes: outcomes.map(presentOutcome),
      ...ownerOf(principal, call, clientName),
    };
  },
});
