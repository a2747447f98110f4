import { assertEquals } from "@std/assert";
import { compose } from "../../adapters/compose.ts";
import { operator } from "../../src/access/principal.ts";
import { embeddedDatabases } from "../support/databases.ts";
import { setUpCompany } from "../support/acme.ts";
import { Visitor } from "./harness.ts";

/** Round trips to the database. Signing in is one; a page takes at least one more, with what it shows at once. */
const OF_PAGES: Record<string, number> = {
  "/sign-in": 0,
  "/": 0,
  "/profile/security": 3,
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
  await setUpCompany(studio.app, "Acme", 555, 2);
  const [{ email }] = (await access.listUsers(operator("test"))).users;
  const { secret } = await access.inviteUser(operator("test"), email);
  await access.acceptInvitation(secret, "four words that differ");
  const person = new Visitor(studio.http.fetch, origin);
  assertEquals((await person.signIn(email)).status, 303);
  for (const [path, expected] of Object.entries(OF_PAGES)) {
    roundTrips = 0;
    await person.get(path);
    assertEquals(roundTrips, expected, path);
  }
  await studio.close();
  await close();
  await databases.stop();
});
