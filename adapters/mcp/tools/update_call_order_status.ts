import { z } from "zod";
import { CALL_ORDER_STATUSES } from "../../../src/call_orders/call_order.ts";
import { defineTool } from "../define_tool.ts";
import { choice, uuid } from "../fields.ts";
import { callOrderShape, presentCallOrder } from "../present/call_order.ts";

/** `update-call-order-status` */
export const updateCallOrderStatus = defineTool({
  name: "update-call-order-status",
  title: "Update a call order's status",
  description:
    "Set the status of a call order by hand. Use it to cancel, to plan again, or to note " +
    "what a person wished. do_not_call is for good and marks the record too: it is never " +
    "called again. " +
    "Next: initiate-call.",
  hints: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  permission: null,
  toolset: "core",
  input: z.object({
    uuid: uuid("UUID of the call order"),
    status: choice(CALL_ORDER_STATUSES, "New status"),
  }),
  output: z.object(callOrderShape),
  async call({ app, principal }, input) {
    return presentCallOrder(await app.callOrders.updateStatus(principal, input), principal);
  },
});
