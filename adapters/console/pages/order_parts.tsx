/**
 * How pages show call orders.
 *
 * @module
 */
import type { CallOrderStatus } from "../../../src/call_orders/call_order.ts";
import type { ForeseenOrder } from "../../../src/call_orders/foresee_refusal.ts";
import type { DomainError } from "../../../src/kernel/errors.ts";
import { wordsOf } from "../ui/format.ts";
import { Badge, Moment, type Tone } from "../ui/parts.tsx";
import type { Visit } from "../visit.tsx";

const TONES: Record<CallOrderStatus, Tone> = {
  planned: "info",
  rescheduled: "info",
  busy: "warn",
  contacted: "good",
  canceled: "neutral",
  do_not_call: "bad",
  failed: "bad",
};

/** Where an order stands. */
export function OrderBadge({ status }: { status: CallOrderStatus }) {
  return <Badge tone={TONES[status]}>{wordsOf(status)}</Badge>;
}

/** When an order is due, or that somebody has to start it. */
export function Scheduled({ order }: Pick<ForeseenOrder, "order">) {
  return <Moment at={order.scheduledTime} none="Started by hand" />;
}

/** Why dialling would be refused, with a link to what stands in the way. */
export function Blocked({ visit, reason }: { visit: Visit; reason: DomainError }) {
  const { code, message, details } = reason;
  if (code === "conflict" && details.existing) {
    return (
      <>
        <a href={visit.link(`/calls/${details.existing}`)}>A call</a> is under way.
      </>
    );
  }
  if (code === "outside_calling_window") {
    return (
      <>
        Outside the hours for calls where the phone is.
        {details.retryAt && (
          <>
            {" Opens "}
            <Moment at={details.retryAt} />
          </>
        )}
      </>
    );
  }
  return <>{message}.</>;
}

/** What {@link Blocked} says, or that nothing stands in the way of an open order. */
export function Obstacle({ visit, view }: { visit: Visit; view: ForeseenOrder }) {
  return view.blockedBy === null ? <span class="muted">Nothing</span> : (
    <span class="obstacle">
      <Blocked visit={visit} reason={view.blockedBy} />
    </span>
  );
}
