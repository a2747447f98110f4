/**
 * Forgets idempotency keys that are old enough.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";

/** Hours for which a key is kept. */
export const KEY_HOURS = 48;

/**
 * Forgets keys older than {@link KEY_HOURS}.
 *
 * @returns how many keys were forgotten.
 */
export async function forgetKeys({ uow, clock }: Pick<Ports, "uow" | "clock">): Promise<number> {
  const before = new Date(clock.now().getTime() - KEY_HOURS * 3_600_000);
  return await uow.run("all", ({ calls }) => calls.dropKeys(before));
}
