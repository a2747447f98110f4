/**
 * Part of the composition root: the phone network that the configuration names.
 *
 * @module
 */
import type { CallRef } from "../src/calls/call_event.ts";
import type { DialRequest } from "../src/calls/call_gateway.ts";
import type { Clock } from "../src/kernel/clock.ts";
import type { Telephony } from "./config.ts";
import type { Log } from "./log.ts";
import type { Lanes } from "./postgres/lanes.ts";
import type { PhoneBooks } from "./telephony/simulated/phone_books.ts";
import type { PhoneProvider } from "./telephony/phone_provider.ts";
import { SimulatedPhoneNetwork } from "./telephony/simulated/network.ts";
import { twilioPhone } from "./telephony/twilio/twilio_phone.ts";

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
  /** What was asked of a call; null when there is no such call. */
  requestOf: (ref: CallRef) => Promise<DialRequest | null>;
}

/** Seconds of life after which the simulated network is asked about a call it says nothing of. */
const SILENT_SECONDS = 60;

/** Builds the phone network; nothing runs until it is told to. */
export function openPhone(telephony: Telephony, house: PhoneHouse): PhoneProvider {
  const { log } = house;
  switch (telephony.kind) {
    case "simulated":
      return openSimulated(telephony.speed, house);
    case "twilio": {
      const onFailure = (what: string, facts: Record<string, unknown>) => {
        log("warn", what, { provider: telephony.kind, ...facts });
      };
      return twilioPhone(telephony, { ...house, onFailure });
    }
  }
}

function openSimulated(speed: number, { books, clock, log }: PhoneHouse): PhoneProvider {
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
