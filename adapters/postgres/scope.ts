/**
 * In whose name a transaction runs: which PostgreSQL role, and which client's rows.
 *
 * @module
 */
import { isUuid } from "../../src/kernel/ids.ts";
import { StoreError } from "./errors.ts";

/** Every role a transaction may take. None can log in, and the login role has only these. */
export const ROLES = ["app_tenant", "app_master", "app_auth", "phone_network"] as const;

/** Role of a transaction, and for a tenant the client whose rows it may see. */
export type TxScope =
  | { role: "app_tenant"; clientId: string }
  | { role: "app_master" | "app_auth" | "phone_network" };

/** What the opening message of a transaction depends on, beside its scope. */
export interface TxMode {
  /** One consistent snapshot that cannot write, instead of an ordinary transaction. */
  readOnly: boolean;
  /**
   * The server gives up on a statement, or on waiting for our next one, after this long. Undefined
   * for the embedded database, whose only session would end with that, and spin for ever after.
   */
  timeoutMs: number | undefined;
}

/**
 * The opening message of a transaction. Everything is `set local`, which ends with it: PgBouncer
 * and the embedded database both share one session among many transactions.
 *
 * @throws StoreError `bug` for a client id that is not a UUID, or an unknown role.
 */
export function beginText(scope: TxScope, mode: TxMode): string {
  if (!ROLES.includes(scope.role)) throw new StoreError("bug", "unknown database role");
  const lines = [
    mode.readOnly ? "begin isolation level repeatable read, read only" : "begin",
    `set local role ${scope.role}`,
  ];
  // Every read is answered from an index in its order, whatever its values are: the plan is kept,
  // and workers or compiled code, which only help those who read much, stay out of it.
  if (mode.readOnly) {
    lines.push(
      "set local plan_cache_mode = force_generic_plan",
      "set local max_parallel_workers_per_gather = 0",
      "set local jit = off",
    );
  }
  if (mode.timeoutMs !== undefined) {
    lines.push(
      `set local statement_timeout = ${mode.timeoutMs}`,
      `set local idle_in_transaction_session_timeout = ${mode.timeoutMs}`,
    );
  }
  if (scope.role === "app_tenant") {
    if (!isUuid(scope.clientId)) throw new StoreError("bug", "the scope's client is not a UUID");
    lines.push(`set local app.client_id = '${scope.clientId}'`);
  }
  return lines.join("; ");
}
