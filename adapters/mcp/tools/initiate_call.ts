import { z } from "zod";
import type { Call } from "../../../src/calls/call.ts";
import { MAX_KEY } from "../../../src/calls/initiate_call.ts";
import { defineTool } from "../define_tool.ts";
import { text, uuid } from "../fields.ts";
import { callShape, presentCall } from "../present/call.ts";
import { balanceShape, presentBalance } from "../present/money.ts";

const UNCONFIRMED = "The phone network has not confirmed the call yet. It may be ringing: do not " +
  "call again, follow it with get-call-details.";

const REFUSED =
  "The phone network could not be reached: nothing was dialled and nothing is charged. " +
  "The order can be called again.";

function noticeOf({ status, endReason }: Call): { notice?: string } {
  if (status === "dialing") return { notice: UNCONFIRMED };
  return status === "failed" && endReason === "provider_unavailable" ? { notice: REFUSED } : {};
}

/** `initiate-call` */
export const initiateCall = defineTool({
  name: "initiate-call",
  title: "Call a person now",
  description:
    "Dial the phone of a call order's record now: a real person is called and the client " +
    "pays per minute. Use it when the user wishes the call now. Rules are checked " +
    "first: a refusal says why, and costs nothing. One order never has two " +
    "live calls. Returns at once. Next: get-call-details with waitSeconds.",
  hints: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  permission: "calls.manage",
  toolset: "core",
  input: z.object({
    callOrderUuid: uuid("UUID of the call order"),
    idempotencyKey: text(
      `Your own key, up to ${MAX_KEY} characters: repeated, it returns the same call`,
    ).optional(),
  }),
  output: z.object({
    ...callShape,
    repeated: z.boolean().optional(),
    balance: balanceShape,
    notice: z.string().optional(),
  }),
  async call({ app, principal }, input) {
    const started = await app.calls.initiate(principal, input);
    return {
      ...presentCall(started, principal),
      ...(started.repeated ? { repeated: true } : {}),
      balance: presentBalance(started.balance),
      ...noticeOf(started.call),
    };
  },
});
