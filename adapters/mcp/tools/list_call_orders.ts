import { z } from "zod";
import { CALL_ORDER_STATUSES } from "../../../src/call_orders/call_order.ts";
import { defineTool, READS } from "../define_tool.ts";
import { choice, paging, uuid } from "../fields.ts";
import { callOrderShape, presentCallOrder } from "../present/call_order.ts";
import { cut, type Reduction, shortenRows, without } from "../present/fit_page.ts";
import { paged, pageOf } from "../present/wire.ts";

const listed = z.object(callOrderShape);

const REDUCTIONS: Reduction<z.input<typeof listed>>[] = [
  {
    notice: "long instructions are cut off; ask for a smaller limit",
    reduce: (row) => cut(row, 60, "instructions"),
  },
  {
    notice: "blockedBy has no message; ask for a smaller limit",
    reduce: (row) => row.blockedBy ? { ...row, blockedBy: without(row.blockedBy, "message") } : row,
  },
  {
    notice: "instructions are left out, long names cut off; ask for a smaller limit",
    reduce: (row) => cut(without(row, "instructions"), 40, "recordName", "campaignName"),
  },
];

/** `list-call-orders` */
export const listCallOrders = defineTool({
  name: "list-call-orders",
  title: "List call orders",
  description:
    "List call orders (a record to be called for a campaign), newest first. Use it to see " +
    "what is planned and what was tried. Orders that are planned, busy or rescheduled can be " +
    "called unless blockedBy says why not. Next: initiate-call.",
  hints: READS,
  permission: null,
  toolset: "core",
  input: z.object({
    campaignUuid: uuid("Filter by campaign UUID").optional(),
    recordUuid: uuid("Filter by record UUID").optional(),
    status: choice(CALL_ORDER_STATUSES, "Filter by status").optional(),
    ...paging,
  }),
  output: z.object({
    callOrders: z.array(listed),
    ...paged,
    notice: z.string().optional(),
  }),
  async call({ app, principal }, input) {
    const page = await app.callOrders.list(principal, input);
    const callOrders = page.items.map((view) => presentCallOrder(view, principal));
    return { callOrders, ...pageOf(page) };
  },
  shorten: shortenRows("callOrders", REDUCTIONS),
});
