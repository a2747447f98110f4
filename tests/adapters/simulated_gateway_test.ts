/**
 * The simulated phone network under the contract of every `CallGateway`, and what is its own.
 *
 * @module
 */
import { MemoryPhoneBooks } from "../../adapters/telephony/simulated/memory_books.ts";
import { SimulatedPhoneNetwork } from "../../adapters/telephony/simulated/network.ts";
import type { CallEvent } from "../../src/calls/call_event.ts";
import { callGatewayContract, type GatewayHarness } from "../contracts/call_gateway.ts";
import { FakeClock } from "../support/fake_clock.ts";

const SPEED = 20;

function makeHarness(): Promise<GatewayHarness> {
  const clock = new FakeClock();
  const books = new MemoryPhoneBooks();
  const gateway = new SimulatedPhoneNetwork({ books, clock, speed: SPEED });
  const reported: CallEvent[] = [];
  const deliver = (event: CallEvent) => Promise.resolve(reported.push(event));
  const pump = async () => {
    while (await gateway.pump(deliver) > 0);
  };
  return Promise.resolve({
    gateway,
    reported: ({ callId }) => reported.filter(({ ref }) => ref.callId === callId),
    async pass(seconds) {
      await clock.advance((seconds * 1000) / SPEED);
      await pump();
    },
    async dials({ callId }) {
      const lines = await books.list(1000);
      return lines.filter(({ ref, refused }) => ref.callId === callId && refused === null).length;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

callGatewayContract("simulated", makeHarness);
