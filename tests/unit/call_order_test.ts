import { assertEquals } from "@std/assert";
import {
  CALL_ORDER_STATUSES,
  type CallOrderStatus,
  isOpenOrder,
  mayChange,
  nextStatuses,
} from "../../src/call_orders/call_order.ts";

/** Yes or no for each pair: rows are where from, columns where to, in this order. */
const COLUMNS = "planned busy contacted canceled do_not_call rescheduled failed";
const TABLE: Record<CallOrderStatus, string> = {
  planned: /*    */ "y y y y y y y",
  busy: /*       */ "y y y y y y y",
  contacted: /*  */ "n n y n y y n",
  canceled: /*   */ "y n n y y n n",
  do_not_call: /**/ "n n n n y n n",
  rescheduled: /**/ "y y y y y y y",
  failed: /*     */ "y n n y y y y",
};

const PAIRS = Object.entries(TABLE).flatMap(([from, row]) =>
  row.split(" ").map((answer, index) => ({
    from: from as CallOrderStatus,
    to: COLUMNS.split(" ")[index] as CallOrderStatus,
    allowed: answer === "y",
  }))
);

Deno.test("the table names each of the 49 pairs of statuses once", () => {
  const all = CALL_ORDER_STATUSES.flatMap((from) =>
    CALL_ORDER_STATUSES.map((to) => `${from} ${to}`)
  );
  assertEquals(all.length, 49);
  assertEquals(PAIRS.map(({ from, to }) => `${from} ${to}`).toSorted(), all.toSorted());
});

for (const { from, to, allowed } of PAIRS) {
  Deno.test(
    `an order ${from === to ? "that is" : "may"} ${
      from === to ? `${from} may stay so` : `${allowed ? "" : "not "}go from ${from} to ${to}`
    }`,
    () => {
      assertEquals(mayChange(from, to), allowed);
      assertEquals(nextStatuses(from).includes(to), allowed && from !== to);
    },
  );
}

Deno.test("planned, busy and rescheduled orders are open, and no others", () => {
  assertEquals(CALL_ORDER_STATUSES.filter(isOpenOrder), ["planned", "busy", "rescheduled"]);
});
