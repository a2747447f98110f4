/**
 * SIP with sound: two baresips hear each other, and nothing of it passes through us.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { startSoftphone } from "../support/baresip.ts";
import { sipStudio } from "../support/sip_studio.ts";
import { whenThere } from "../support/skip.ts";

whenThere("baresip", "SIP between two baresips", () => {
  for (const offer of ["early", "late"] as const) {
    for (const protocol of ["udp", "tcp"] as const) {
      Deno.test(`two baresips hear each other over ${protocol} (${offer})`, async () => {
        const phone = await startSoftphone("+14155550001");
        const agent = await startSoftphone("nova");
        await using studio = sipStudio(protocol, phone.port, { offer });
        const uri = `sip:nova@127.0.0.1:${agent.port};transport=${protocol}`;
        const { end, stages } = await studio.call(uri, { maxSeconds: 2 });
        const [contact, nova] = await Promise.all([phone.stop(), agent.stop()]);
        assertEquals(end, { type: "ended", reason: "max_duration", durationSeconds: 2 });
        assertEquals(stages, ["queued", "ringing", "answered", "ended"]);
        for (const { heard, said } of [contact, nova]) assert(heard, said);
      });
    }
  }
});
