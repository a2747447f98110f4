/**
 * The whole studio with `TELEPHONY=sip`, on an embedded database and real sockets: from the tool call
 * to what the client pays. Trunk and agent are sipp's.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { compose } from "../../adapters/compose.ts";
import { readConfig } from "../../adapters/config.ts";
import { operator } from "../../src/access/principal.ts";
import { setUpCompany } from "../support/acme.ts";
import { AGENT_WEBHOOK, reportAsAgent } from "../support/agent_platform.ts";
import { embeddedDatabases } from "../support/databases.ts";
import { freePort } from "../support/free_port.ts";
import { answers, answersAgain, confirms, hangsUp } from "../support/sipp.ts";
import { startSipp, takes, takesInvite, waits } from "../support/sipp.ts";
import { whenThere } from "../support/skip.ts";

const PHONE = [
  takesInvite(),
  answers(180),
  waits(200),
  answers(200, { sdp: 4000 }),
  takes("ACK"),
  takes("INVITE", "m=audio 5000 "),
  answersAgain(4000),
  takes("ACK"),
  waits(1600),
  hangsUp,
];
const AGENT = [
  takesInvite("m=audio 4000 "),
  answers(200, { sdp: 5000 }),
  takes("ACK"),
  takes("BYE"),
  confirms,
];

whenThere("sipp", "the story over SIP", () => {
  Deno.test({
    name:
      "over SIP, a tool call makes a phone ring; what was said is told, and its end is paid for",
    sanitizeOps: false,
    sanitizeResources: false,
  }, async () => {
    const phone = await startSipp("udp", PHONE);
    const agent = await startSipp("udp", AGENT);
    const databases = await embeddedDatabases();
    const { target, lanes, close } = await databases.fresh();
    const env: Record<string, string> = {
      DATABASE_URL: "postgres://nowhere",
      PUBLIC_URL: "http://127.0.0.1:8787",
      TELEPHONY: "sip",
      SIP_TRUNK: `sip:127.0.0.1:${phone.port};transport=udp`,
      SIP_FROM: "+15550001111",
      SIP_LISTEN: `127.0.0.1:${freePort()}`,
    };
    const config = readConfig((name) => env[name]);
    const failures: unknown[] = [];
    const studio = await compose({
      ...config,
      database: target,
      readDatabase: null,
      limits: { requestsPerMinute: null, databaseConnections: 2 },
      log: (level, event, fields) => level === "info" || failures.push([event, fields]),
    });
    const { token, campaignUuid, recordUuids } = await setUpCompany(studio.app, "Acme", 555, 1);
    const uri = `sip:nova@127.0.0.1:${agent.port}`;
    await studio.app.setup.apply(operator("test"), {
      clients: [{
        name: "Acme",
        assistants: [{ name: "Voice", connection: { kind: "sip", uri }, webhook: AGENT_WEBHOOK }],
      }],
    });
    const [{ id: assistantId }] = await studio.app.campaigns.assistants(operator("test"));
    const stop = new AbortController();
    const work = studio.work(stop.signal);
    const tool = async (name: string, args: Record<string, unknown>) => {
      const response = await studio.http.fetch(
        new Request("http://127.0.0.1:8787/mcp", {
          method: "POST",
          headers: {
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
            accept: "application/json",
          },
          body: JSON.stringify({
            jsonrpc: "2.0",
            id: 1,
            method: "tools/call",
            params: { name, arguments: args },
          }),
        }),
      );
      const { result } = await response.json();
      assertEquals(result.isError ?? false, false, result.content[0].text);
      return result.structuredContent;
    };
    try {
      const order = await tool("create-call-order", { recordUuid: recordUuids[0], campaignUuid });
      const { callUuid, status } = await tool("initiate-call", { callOrderUuid: order.uuid });
      assert(["queued", "ringing"].includes(status), status);
      let details = await tool("get-call-details", { callUuid, waitSeconds: 20 });
      for (let i = 0; i < 5 && details.endedAt === null; i++) {
        details = await tool("get-call-details", { callUuid, waitSeconds: 20 });
      }
      assertEquals([details.status, details.endReason], ["completed", "contact_hangup"]);
      assert(details.durationSeconds >= 1);
      assert(Number(details.cost.totalPrice) > 0);
      const { http } = studio;
      await reportAsAgent({ http, origin: config.publicUrl, assistantId, at: new Date() }, {
        callUuid,
        eventId: "said",
        transcript: [{ role: "contact", startSeconds: 0, text: "Hello?" }],
        summary: "They said hello.",
      });
      const { turns } = await tool("get-call-transcript", { callUuid });
      assertEquals(turns[0].text, "<untrusted>Hello?</untrusted>");
      assertEquals([await phone.done, await agent.done], ["", ""]);
      const [row] = await lanes.flight(
        { role: "phone_network" },
        (sql) => sql`select done, delivered from sip.calls where call_id = ${callUuid}`,
      );
      assertEquals(row, { done: true, delivered: 4 });
      assertEquals(failures, []);
    } finally {
      await phone.stop();
      await agent.stop();
      stop.abort();
      await work;
      await studio.close();
      await close();
      await databases.stop();
    }
  });
});
