/** What signing in needs, at a cost that tests can pay. */
import { MemoryRateLimits } from "../../adapters/memory/rate_limits.ts";
import { ScryptPasswords } from "../../adapters/passwords.ts";
import type { Ports } from "../../src/app_ports.ts";
import type { Clock } from "../../src/kernel/clock.ts";

/** Quick hashes, and limits in memory. */
export function signInPorts(clock: Clock): Pick<Ports, "passwords" | "rateLimits"> {
  return {
    passwords: new ScryptPasswords({ ln: 4, r: 8, p: 1 }),
    rateLimits: new MemoryRateLimits(clock),
  };
}
