import { z } from "zod";
import { CALL_TYPES } from "../../../src/call_orders/call_order.ts";
import { MAX_INSTRUCTIONS } from "../../../src/call_orders/create_call_order.ts";
import { defineTool } from "../define_tool.ts";
import { choice, text, uuid } from "../fields.ts";
import { callOrderShape, presentCallOrder } from "../present/call_order.ts";

/** `create-call-order` */
export const createCallOrder = defineTool({
  name: "create-call-order",
  title: "Create a call order",
  description: "Assign a record to a campaign for calling. Use it once it is settled whom to " +
    "call; it calls nobody yet. A record has one open order per campaign. " +
    "Next: initiate-call. In campaigns with autoDial the " +
    "server itself calls at scheduledTime, which costs money.",
  hints: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  permission: null,
  toolset: "core",
  input: z.object({
    recordUuid: uuid("UUID of the record to call"),
    campaignUuid: uuid("UUID of the campaign"),
    callType: choice(
      CALL_TYPES,
      "Call type (default: phone_out; no other is dialled)",
    ).optional(),
    scheduledTime: text("ISO-8601 time with offset, e.g. 2026-05-04T15:30:00+02:00").optional(),
    instructions: text(
      `Special instructions for the agent, up to ${MAX_INSTRUCTIONS} characters`,
    ).optional(),
  }),
  output: z.object(callOrderShape),
  async call({ app, principal }, input) {
    return presentCallOrder(await app.callOrders.create(principal, input), principal);
  },
});
