/** Replicas remember whom a token stands for; what is taken away is gone all the same. */
import { assertEquals } from "@std/assert";
import { compose, type Studio } from "../../adapters/compose.ts";
import { operator } from "../../src/access/principal.ts";
import { setUpCompany } from "../support/acme.ts";
import { serverDatabases } from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";

const ORIGIN = "http://127.0.0.1:8787";
const MASTER = operator("test");
const EMAIL = "admin@acme.test";

whenThere("postgres", "revocation, PostgreSQL", () => {
  Deno.test({
    name:
      "revocation, PostgreSQL: what a token may do changes at once where that is done, and in " +
      "the other replicas when they hear of it",
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const databases = await serverDatabases();
      if (databases === null) throw new Error("the server did not start");
      const { target, close } = await databases.fresh();
      const stopping = new AbortController();
      const replica = () =>
        compose({
          database: target,
          readDatabase: null,
          publicUrl: new URL(ORIGIN),
          telephony: { kind: "simulated", speed: 1 },
          signingKey: null,
          limits: { requestsPerMinute: null, databaseConnections: 2 },
          // For ever, as tests go.
          rememberTokensMs: 3_600_000,
          log: () => {},
        });
      const [here, there] = [await replica(), await replica()];
      const { app } = here;
      const company = await setUpCompany(app, "Acme", 555, 1);
      const working = [here, there].map((studio) => studio.work(stopping.signal));
      const tokenOf = async () =>
        await app.access.issueToken(MASTER, { user: EMAIL, name: "Laptop" });

      const changes: Record<string, (uuid: string) => Promise<unknown>> = {
        "a token is revoked": (uuid) => app.access.revokeToken(MASTER, uuid),
        "a user is disabled": () =>
          app.access.disableUser(MASTER, { email: EMAIL, disabled: true }),
      };
      for (const [what, change] of Object.entries(changes)) {
        const { secret, token } = await tokenOf();
        // Until it hears for sure, and nothing older is on its way.
        await heard(there, company.clientId, () => app.access.revokeToken(MASTER, token.id));
        const { secret: used, token: { id } } = await tokenOf();
        assertEquals(await status(here, secret), 401, what);
        assertEquals([await status(here, used), await status(there, used)], [200, 200], what);
        await heard(there, company.clientId, async () => {
          await change(id);
          assertEquals(await status(here, used), 401, `${what}, here`);
        });
        assertEquals(await status(there, used), 401, `${what}, there`);
      }

      stopping.abort();
      await Promise.all(working);
      await Promise.all([here.close(), there.close()]);
      await close();
      await databases.stop();
    },
  });
});

/** Resolves once the studio has heard that access of the client's people has changed. */
async function heard(
  { ports }: Studio,
  clientId: string,
  change: () => Promise<void>,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = ports.changes.subscribe({ clientId }, ({ touched }) => {
    if (touched === null || touched.users) resolve();
  });
  await change();
  await promise;
  stop();
}

async function status({ http }: Studio, token: string): Promise<number> {
  const body = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
  const response = await http.fetch(
    new Request(`${ORIGIN}/mcp`, {
      method: "POST",
      headers: {
        "authorization": `Bearer ${token}`,
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
      },
      body: JSON.stringify(body),
    }),
  );
  await response.body?.cancel();
  return response.status;
}
