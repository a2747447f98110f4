/**
 * SIP through Kamailio: digest, Record-Route, and every transport, to sipp's phones.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { Sockets } from "../../adapters/telephony/sip/transport.ts";
import { PASSWORD, startKamailio } from "../support/kamailio.ts";
import { sipStudio } from "../support/sip_studio.ts";
import { answers, answersAgain, confirms, hangsUp } from "../support/sipp.ts";
import { startSipp, takes, takesInvite, waits } from "../support/sipp.ts";
import { whenThere } from "../support/skip.ts";

const TALK = ["queued", "ringing", "answered", "ended"];
const ANSWERS = [
  takesInvite(),
  answers(180),
  waits(100),
  answers(200, { sdp: 4000 }),
  takes("ACK"),
  takes("INVITE", "m=audio 5000 "),
  answersAgain(4000),
  takes("ACK"),
];
const AGENT = [
  takesInvite("m=audio 4000 "),
  answers(200, { sdp: 5000 }),
  takes("ACK"),
];
const IS_HUNG_UP = [takes("BYE"), confirms];

whenThere(
  "sipp",
  "SIP through Kamailio",
  () =>
    whenThere("kamailio", "SIP through Kamailio", () => {
      for (const protocol of ["udp", "tcp", "tls"] as const) {
        for (const algorithm of ["MD5", "SHA-256"] as const) {
          Deno.test(`through Kamailio over ${protocol} with ${algorithm}, both ends may hang up`, async () => {
            for (const who of ["contact", "agent"] as const) {
              const ends = [waits(400), hangsUp];
              const phone = await startSipp("udp", [
                ...ANSWERS,
                ...who === "contact" ? ends : IS_HUNG_UP,
              ]);
              const agent = await startSipp("udp", [
                ...AGENT,
                ...who === "agent" ? ends : IS_HUNG_UP,
              ]);
              const trunk = await startKamailio(phone.port, algorithm);
              try {
                await using studio = sipStudio(protocol, trunk.ports[protocol], {
                  caCerts: trunk.caCerts,
                  credentials: { user: "studio", password: PASSWORD },
                });
                const { end, stages } = await studio.call(`sip:nova@127.0.0.1:${agent.port}`);
                assertEquals([end.reason, stages], [`${who}_hangup`, TALK]);
                assertEquals([await phone.done, await agent.done], ["", ""]);
                assertEquals(studio.failures, []);
              } finally {
                await trunk.stop();
                await phone.stop();
                await agent.stop();
              }
            }
          });
        }
      }

      Deno.test("through Kamailio, a wrong password is auth_failed, and a ring that nobody answers is cancelled", async () => {
        const phone = await startSipp("udp", [
          takesInvite(),
          answers(180),
          takes("CANCEL"),
          confirms,
          answers(487, { cseq: "CSeq: [last_cseq_number] INVITE" }),
          takes("ACK"),
        ]);
        const trunk = await startKamailio(phone.port, "MD5");
        try {
          const credentials = { user: "studio", password: "wrong" };
          const { caCerts } = trunk;
          await using bad = sipStudio("tls", trunk.ports.tls, { caCerts, credentials });
          const agent = "sip:nova@127.0.0.1:9";
          assertEquals((await bad.call(agent)).end.reason, "auth_failed");
          await using good = sipStudio("tls", trunk.ports.tls, {
            caCerts,
            credentials: { user: "studio", password: PASSWORD },
          });
          assertEquals((await good.call(agent, { ringSeconds: 1 })).end.reason, "no_answer");
        } finally {
          await trunk.stop();
          await phone.stop();
        }
      });

      Deno.test("a server that DNS names has to show the trunk's own certificate", async () => {
        const trunk = await startKamailio(9, "MD5");
        const listen = { host: "127.0.0.1", port: 0 };
        const sockets = new Sockets({ listen, advertise: null, caCerts: trunk.caCerts });
        const server = { protocol: "tls" as const, host: "127.0.0.1", port: trunk.ports.tls };
        try {
          await assertRejects(() => sockets.flowTo({ ...server, domain: "other.test" }));
          const flow = await sockets.flowTo({ ...server, domain: "127.0.0.1" });
          assertEquals(flow.protocol, "tls");
        } finally {
          sockets.close();
          await trunk.stop();
        }
      });

      Deno.test("a trunk whose certificate nobody vouches for is not called", async () => {
        const trunk = await startKamailio(9, "MD5");
        try {
          await using studio = sipStudio("tls", trunk.ports.tls);
          const { result } = await studio.call("sip:nova@127.0.0.1:9");
          assertEquals(result, { kind: "refused", reason: "provider_unavailable" });
        } finally {
          await trunk.stop();
        }
      });
    }),
);
