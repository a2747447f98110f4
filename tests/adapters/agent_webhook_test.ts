/** The agents' webhook on a whole studio over PostgreSQL, and the recording that it tells of. */
import { assertEquals } from "@std/assert";
import { compose } from "../../adapters/compose.ts";
import { operator } from "../../src/access/principal.ts";
import { setUpCompany } from "../support/acme.ts";
import { embeddedDatabases } from "../support/databases.ts";
import { hmac, SECRET } from "../http/agent_desk.ts";
import { MP3, mp3 } from "../support/recording_platform.ts";

const ORIGIN = "http://127.0.0.1:8787";

Deno.test({
  name: "a report reaches the database through the composed server, once, and its reader",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const databases = await embeddedDatabases();
  const { target, close } = await databases.fresh();
  const studio = await compose({
    database: target,
    readDatabase: null,
    publicUrl: new URL(ORIGIN),
    telephony: { kind: "simulated", speed: 1 },
    signingKey: null,
    limits: { requestsPerMinute: null, databaseConnections: 2 },
    log: () => {},
  });
  const { app, http } = studio;
  const company = await setUpCompany(app, "Acme", 555, 1);
  const master = operator("test");
  const outcomes = [{ name: "interested", type: "boolean" as const, description: "" }];
  // A studio on loopback takes recordings from there; no other does.
  const platform = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => mp3(request.headers.get("range") ?? undefined),
  );
  const recording = { url: `http://127.0.0.1:${platform.addr.port}/1.mp3` };
  const recordingHosts = ["127.0.0.1"];
  const webhook = { platform: "studio" as const, secret: SECRET, recordingHosts };
  const setup = { name: "Acme", assistants: [{ name: "Voice", outcomes, webhook }] };
  assertEquals((await app.setup.apply(master, { clients: [setup] })).updated, 1);
  assertEquals((await app.setup.apply(master, { clients: [setup] })).updated, 0);
  const [assistant] = await app.campaigns.assistants(master);
  assertEquals([assistant.name, assistant.platform], ["Voice", "studio"]);
  assertEquals(JSON.stringify(assistant).includes(SECRET), false);

  const admin = await app.access.authenticate(company.token);
  const { order } = await app.callOrders.create(admin, {
    recordUuid: company.recordUuids[0],
    campaignUuid: company.campaignUuid,
  });
  const { call } = await app.calls.initiate(admin, { callOrderUuid: order.id });
  const post = async (payload: unknown) => {
    const body = JSON.stringify(payload);
    const time = Math.floor(Date.now() / 1000);
    const response = await http.fetch(
      new Request(`${ORIGIN}/hooks/agents/${assistant.id}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "studio-signature": `t=${time},v1=${hmac(SECRET, time, body)}`,
        },
        body,
      }),
    );
    return { status: response.status, answer: await response.json() };
  };
  const report = {
    callUuid: call.id,
    eventId: "1",
    transcript: [{ role: "contact", startSeconds: 0.25, text: "Yes\u0000, please. \ud83d\ude42" }],
    summary: "Wants a quote.",
    recording,
    outcomes: [{ name: "interested", value: "true", turn: 0 }],
  };
  // Two of the same at once: each part is applied by one of them.
  const [one, two] = await Promise.all([post(report), post(report)]);
  assertEquals([one.status, two.status], [200, 200]);
  assertEquals([...one.answer.applied, ...two.answer.applied].toSorted(), [
    "outcomes",
    "recording",
    "summary",
    "transcript",
  ]);
  const older = { ...report, eventId: "0", at: "2026-01-01T00:00:00Z", summary: "Nothing yet." };
  assertEquals((await post(older)).answer.applied, []);
  assertEquals((await post({ ...report, callUuid: order.id })).status, 404);

  const { turns } = await app.calls.transcript(admin, call.id);
  assertEquals(turns, [{ role: "contact", startSeconds: 0.25, text: "Yes , please. 🙂" }]);
  const found = await app.calls.get(admin, call.id);
  assertEquals(found.call.summary, "Wants a quote.");
  assertEquals(found.outcomes, [{ name: "interested", type: "boolean", value: true, turn: 0 }]);
  const link = await app.calls.recording(admin, call.id);
  const heard = await http.fetch(new Request(link.url, { headers: { range: "bytes=-10" } }));
  assertEquals([heard.status, await heard.bytes()], [206, MP3.slice(-10)]);
  await platform.shutdown();
  await studio.close();
  await close();
  await databases.stop();
});
