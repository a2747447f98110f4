import { z } from "zod";
import { defineTool, READS } from "../define_tool.ts";
import { from, uuid } from "../fields.ts";
import { fitFrom } from "../present/fit_page.ts";
import { anyText, outcomeShape, presentOutcome } from "../present/outcome.ts";
import { noticeFor } from "../present/untrusted.ts";
import { owned, ownerOf } from "../present/wire.ts";

/** `get-call-outcomes` */
export const getCallOutcomes = defineTool({
  name: "get-call-outcomes",
  title: "Get a call's outcomes",
  description: "Get a call's AI-extracted outcomes: name, type, value and, where known, the " +
    "transcript's turn (from 0) behind it. Use it for results as data. Next: " +
    "get-call-transcript.",
  hints: READS,
  permission: "calls.view",
  toolset: "core",
  input: z.object({
    callUuid: uuid("UUID of the call"),
    fromOutcome: from("First outcome (default: 0)").optional(),
  }),
  output: z.object({
    callUuid: z.string(),
    outcomes: z.array(outcomeShape),
    nextOutcome: z.int().optional(),
    notice: z.string().optional(),
    ...owned,
  }),
  async call({ app, principal }, { callUuid, fromOutcome }) {
    const { call, clientName, outcomes } = await app.calls.get(principal, callUuid);
    const { items, next, notice } = fitFrom(outcomes.map(presentOutcome), {
      from: fromOutcome,
      field: "fromOutcome",
      what: "outcome",
    });
    return {
      callUuid: call.id,
      outcomes: items,
      ...(next === undefined ? {} : { nextOutcome: next }),
      ...noticeFor(anyText(outcomes), notice),
      ...ownerOf(principal, call, clientName),
    };
  },
});
