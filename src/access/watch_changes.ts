/**
 * Tells a principal of changes.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import type { Change } from "../kernel/changes.ts";
import { type Principal, scopeOf } from "./principal.ts";

/**
 * Calls the listener with every later change of what the principal may see, until the returned
 * function is called. Changes name rows; reading those asks for its own permissions.
 */
export function watchChanges(
  { changes }: Pick<Ports, "changes">,
  principal: Principal,
  listener: (change: Change) => void,
): () => void {
  return changes.subscribe(scopeOf(principal), listener);
}
