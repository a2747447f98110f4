import { assert, assertEquals } from "@std/assert";
import { compose } from "../../adapters/compose.ts";
import { operator } from "../../src/access/principal.ts";
import { embeddedDatabases } from "../support/databases.ts";
import { setUpCompany } from "../support/acme.ts";
import { Visitor } from "./harness.ts";

/** Round trips to the database. Signing in is one; a page takes at least one more, with what it shows at once. */
const OF_PAGES: Record<string, number> = {
  "/sign-in": 0,
  "/": 0,
  "/connect": 1,
  "/profile/security": 3,
  "/campaigns": 4,
  "/campaigns/:campaign": 4,
  "/campaigns/:campaign/calls": 3,
  "/calls": 3,
  "/calls/:call": 4,
  "/records": 3,
  "/records/new": 2,
  "/records/:record": 3,
  "/records/:record/edit": 2,
  "/records/:record/orders/:order/call": 4,
  "/orders": 3,
  "/orders/:order": 3,
  "/imports": 2,
  "/imports/new": 3,
  "/imports/:import": 3,
  "/audit": 2,
};

/** The same of the operator's pages, for a master. */
const OF_OPERATOR: Record<string, number> = {
  "/operator/clients": 4,
  "/operator/clients/new": 2,
  "/operator/clients/:client": 7,
  "/operator/team": 4,
  "/operator/audit": 3,
  "/clients/:client/campaigns": 6,
  "/clients/:client/orders/:order": 5,
};

Deno.test({
  name: "each page takes the round trips that are pinned here",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const databases = await embeddedDatabases();
  const { target, close } = await databases.fresh();
  let roundTrips = 0;
  const origin = "http://127.0.0.1:8787";
  const studio = await compose({
    database: target,
    readDatabase: null,
    publicUrl: new URL(origin),
    telephony: { kind: "simulated", speed: 1000 },
    signingKey: null,
    limits: { requestsPerMinute: null, databaseConnections: 1 },
    log: () => {},
    onRoundTrip: () => roundTrips++,
  });
  const { access } = studio.app;
  const { token, clientId, campaignUuid, recordTypeUuid, recordUuids: [recordUuid] } =
    await setUpCompany(
      studio.app,
      "Acme",
      555,
      2,
    );
  const admin = await access.authenticate(token);
  const { order } = await studio.app.callOrders.create(admin, { recordUuid, campaignUuid });
  const { call } = await studio.app.calls.initiate(admin, { callOrderUuid: order.id });
  const { contactImport } = await studio.app.imports.preview(admin, {
    recordTypeUuid,
    fileName: "leads.csv",
    bytes: 1000,
    rows: [{ line: 2, fields: { name: "Bo", phoneNumber: "+14155550132" } }],
  });
  const [{ email }] = (await access.listUsers(operator("test"))).users;
  const { secret } = await access.inviteUser(operator("test"), email);
  await access.acceptInvitation(secret, "four words that differ");
  const person = new Visitor(studio.http.fetch, origin);
  assertEquals((await person.signIn(email)).status, 303);
  const taken = async (visitor: Visitor, pages: Record<string, number>) => {
    const found: Record<string, number> = {};
    for (const path of Object.keys(pages)) {
      roundTrips = 0;
      const { status } = await visitor.get(
        path.replace(":campaign", campaignUuid).replace(":call", call.id)
          .replace(":record", recordUuid).replace(":order", order.id)
          .replace(":import", contactImport.id).replace(":client", clientId),
      );
      assert(status < 400, `${path}: ${status}`);
      found[path] = roundTrips;
    }
    return found;
  };
  assertEquals(await taken(person, OF_PAGES), OF_PAGES);
  const olga = { name: "Olga", email: "olga@studio.example" };
  await studio.app.setup.apply(operator("test"), { masters: [olga] });
  const invited = await access.inviteUser(operator("test"), olga.email);
  await access.acceptInvitation(invited.secret, "four words that differ");
  const master = new Visitor(studio.http.fetch, origin);
  assertEquals((await master.signIn(olga.email)).status, 303);
  assertEquals(await taken(master, OF_OPERATOR), OF_OPERATOR);
  await studio.close();
  await close();
  await databases.stop();
});
