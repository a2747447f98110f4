/**
 * Part of the composition root: the phone network that the configuration names.
 *
 * @module
 */
import type { Clock } from "../src/kernel/clock.ts";
import type { Telephony } from "./config.ts";
import type { Log } from "./log.ts";
import type { Lanes } from "./postgres/lanes.ts";
import type { PhoneBooks } from "./telephony/simulated/phone_books.ts";
import type { PhoneProvider } from "./telephony/phone_provider.ts";
import { SimulatedPhoneNetwork } from "./telephony/simulated/network.ts";

/** What phone networks may need of the house. */
export interface PhoneHouse {
  lanes: Lanes;
  /** The simulated network's. */
  books: PhoneBooks;
  clock: Clock;
  log: Log;
  /** Where the provider reaches this server. */
  publicUrl: URL;
  /** Signs what goes out and must come back unchanged. */
  signingKey: string;
}

/** Seconds of life after which the simulated network is asked about a call it says nothing of. */
const SILENT_SECONDS = 60;

/** Builds the phone network; nothing runs until it is told to. */
export function openPhone(telephony: Telephony, house: PhoneHouse): PhoneProvider {
  const { books, clock, log } = house;
  const { speed } = telephony;
  const network = new SimulatedPhoneNetwork({
    books,
    clock,
    speed,
    onFailure: (error) => log("warn", "simulated network", { error }),
  });
  return {
    gateway: network,
    hooks: [],
    silentSeconds: Math.max(3, SILENT_SECONDS / speed),
    run: (deliver, signal) => network.run(deliver, signal),
  };
}
