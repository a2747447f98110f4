/**
 * Part of the composition root: the phone network that the configuration names.
 *
 * @module
 */
import type { CallRef } from "../src/calls/call_event.ts";
import type { DialRequest } from "../src/calls/call_gateway.ts";
import type { Clock } from "../src/kernel/clock.ts";
import type { UnitOfWork } from "../src/kernel/unit_of_work.ts";
import type { SimulatedTelephony, SipTelephony, Telephony } from "./config.ts";
import type { Log } from "./log.ts";
import type { Lanes } from "./postgres/lanes.ts";
import { PostgresDialogStore } from "./postgres/sip_dialogs.ts";
import type { PhoneBooks } from "./telephony/simulated/phone_books.ts";
import type { PhoneProvider } from "./telephony/phone_provider.ts";
import { SimulatedPhoneNetwork } from "./telephony/simulated/network.ts";
import { checkSip } from "./telephony/sip/check.ts";
import { SipGateway } from "./telephony/sip/gateway.ts";
import { Sockets } from "./telephony/sip/transport.ts";
import { type TwilioHouse, twilioPhone } from "./telephony/twilio/twilio_phone.ts";

/** What phone networks may need of the house. */
export interface PhoneHouse {
  lanes: Lanes;
  uow: UnitOfWork;
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

/** Seconds of a call's life after which a network is asked about one it says nothing of. */
const SILENT_SECONDS = 60;

/** Builds the phone network; nothing runs until it is told to. */
export function openPhone(telephony: Telephony, house: PhoneHouse): PhoneProvider {
  switch (telephony.kind) {
    case "simulated":
      return openSimulated(telephony, house);
    case "twilio": {
      const onFailure = (what: string, facts: Record<string, unknown>) => {
        house.log("warn", what, { provider: telephony.kind, ...facts });
      };
      const calls: TwilioHouse["calls"] = {
        toNumber: (...args) => house.uow.read("all", (repos) => repos.calls.toNumber(...args)),
        unpriced: (...args) => house.uow.read("all", (repos) => repos.calls.unpriced(...args)),
      };
      return twilioPhone(telephony, { ...house, calls, onFailure });
    }
    case "sip":
      return openSip(telephony, house);
  }
}

function openSimulated({ speed }: SimulatedTelephony, house: PhoneHouse): PhoneProvider {
  const { books, clock, log } = house;
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

function openSip(settings: SipTelephony, { lanes, clock, log }: PhoneHouse): PhoneProvider {
  const gateway = new SipGateway({
    settings,
    transport: new Sockets(settings),
    store: new PostgresDialogStore(lanes),
    clock,
    onFailure: (what, error) => log("warn", "sip", { what, error }),
  });
  return {
    gateway,
    hooks: [],
    silentSeconds: SILENT_SECONDS,
    check: () =>
      checkSip({ settings, open: (listen) => new Sockets({ ...settings, listen }), clock }),
    run: (deliver, signal) => gateway.run(deliver, signal),
  };
}
