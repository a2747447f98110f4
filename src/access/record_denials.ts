/**
 * Notes in the audit trail what was refused, counted: a program that asks again and again is told of
 * once in some seconds, not once per try.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { auditEntry } from "./audit_log.ts";
import type { Principal } from "./principal.ts";

/** Something that was refused, so many times. */
export type Denial = {
  principal: Principal;
  /** What was asked for. */
  action: string;
  code: ErrorCode;
  times: number;
};

/** Refusals that tell of a mistake or a failure, not of what somebody may do. */
const NO_DENIALS: readonly ErrorCode[] = [
  "invalid",
  "not_found",
  "conflict",
  "absent",
  "unavailable",
];

/** Whether a refusal belongs in the audit trail. */
export function isDenial(code: ErrorCode): boolean {
  return !NO_DENIALS.includes(code);
}

/** Notes them. */
export async function recordDenials(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  denials: Denial[],
): Promise<void> {
  const now = clock.now();
  await uow.run(
    "all",
    ({ audit }) =>
      Promise.all(denials.map(({ principal, action, code, times }) =>
        audit.add({
          ...auditEntry(principal, {
            id: newId(now),
            at: now,
            clientId: principal.clientId,
            action,
            subjectId: null,
          }),
          outcome: code,
          times,
        })
      )),
  );
}
