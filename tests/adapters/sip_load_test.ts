/**
 * Many calls at once over SIP, against sipp.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Clock } from "../../src/kernel/clock.ts";
import { sipStudio } from "../support/sip_studio.ts";
import { answers, answersAgain, confirms, startSipp, takes, takesInvite } from "../support/sipp.ts";
import { whenThere } from "../support/skip.ts";

const CALLS = 500;
/**
 * Times faster than life, the timers of RFC 3261 included. A datagram that sipp or the kernel drops
 * is sent again, for which there has to be time.
 */
const SPEEDS = { udp: 2, tcp: 3 };

const hurried = (speed: number): Clock => ({
  now: () => new Date(performance.timeOrigin + performance.now() * speed),
  sleep(milliseconds, signal) {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds / speed);
      signal?.addEventListener("abort", done, { once: true });
    });
  },
});

const IS_HUNG_UP = [takes("BYE"), confirms];
const PHONE = [
  takesInvite(),
  answers(180),
  answers(200, { sdp: 4000 }),
  takes("ACK"),
  takes("INVITE", "m=audio 5000 "),
  answersAgain(4000),
  takes("ACK"),
  ...IS_HUNG_UP,
];
const AGENT = [
  takesInvite("m=audio 4000 "),
  answers(200, { sdp: 5000 }),
  takes("ACK"),
  ...IS_HUNG_UP,
];

whenThere("sipp", "500 calls over SIP", () => {
  for (const transport of ["udp", "tcp"] as const) {
    Deno.test(`500 calls at once over ${transport} leave no dialog, timer or socket`, async () => {
      const clock = hurried(SPEEDS[transport]);
      const phone = await startSipp(transport, PHONE, { calls: CALLS });
      const agent = await startSipp(transport, AGENT, { calls: CALLS });
      const { gateway, sockets } = await (async () => {
        await using studio = sipStudio(transport, phone.port, { clock });
        const uri = `sip:nova@127.0.0.1:${agent.port};transport=${transport}`;
        const calls = [];
        let most = 0;
        const watch = setInterval(() => most = Math.max(most, studio.gateway.live), 10);
        for (let i = 0; i < CALLS; i++) {
          calls.push(studio.call(uri, { maxSeconds: 8 * SPEEDS[transport], ringSeconds: 60 }));
          // A burst of datagrams would overflow sipp's buffer, and retransmissions not be ours to try.
          if (i % 20 === 0) await clock.sleep(40 * SPEEDS[transport]);
        }
        const ends = (await Promise.all(calls)).map(({ end }) => end.reason);
        clearInterval(watch);
        assertEquals(most, CALLS);
        assertEquals(Object.groupBy(ends, (reason) => reason).max_duration?.length, CALLS);
        assertEquals([await phone.done, await agent.done], ["", ""]);
        // Until the last timer of the last transaction has run out.
        for (let tries = 0; tries < 100; tries++) {
          const { legs, transactions, timers } = studio.gateway.agent.remembered;
          if (legs + transactions + timers === 0) break;
          await clock.sleep(1000);
        }
        assertEquals(studio.gateway.agent.remembered, { legs: 0, transactions: 0, timers: 0 });
        assertEquals(studio.gateway.live, 0);
        assert(studio.sockets.open <= 3);
        return studio;
      })();
      assertEquals([gateway.live, sockets.open], [0, 0]);
      await phone.stop();
      await agent.stop();
    });
  }
});
