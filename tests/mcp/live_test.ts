/** Live updates as a client program sees them: over sockets, and through another replica. */
import { assert, assertEquals, assertExists } from "@std/assert";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { revokeToken } from "../../src/access/manage_tokens.ts";
import { operator } from "../../src/access/principal.ts";
import { operatorPorts, setUpTwoCompanies } from "../support/callable_company.ts";
import { serverDatabases } from "../support/databases.ts";
import { startServerProcess } from "../support/server_process.ts";
import { whenThere } from "../support/skip.ts";
import { addOrder, addRecord } from "../support/studio.ts";
import { MODERN } from "./harness.ts";
import { serving } from "./served.ts";

const PATIENCE = 20_000;

/** A client program, and the resources that it was told of. */
interface Program {
  client: Client;
  // deno-lint-ignore no-explicit-any -- tools' results, of which the test looks at one field
  tool(name: string, args: Record<string, unknown>): Promise<any>;
  /** Resolves once the client was told of each of them since the last time. */
  toldOf(...uris: string[]): Promise<void>;
  told: Set<string>;
}

async function connect(url: string, token: string): Promise<Program> {
  const client = new Client({ name: "test", version: "1" }, {
    versionNegotiation: { mode: { pin: MODERN } },
  });
  const told = new Set<string>();
  let wake = () => {};
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
    told.add(params.uri);
    wake();
  });
  const requestInit = { headers: { Authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return {
    client,
    told,
    async tool(name, args) {
      const result = await client.callTool({ name, arguments: args });
      assert(!result.isError, JSON.stringify(result.content));
      return result.structuredContent;
    },
    async toldOf(...uris) {
      const late = new Error(`not told of ${uris} within ${PATIENCE} ms`);
      const timer = Promise.withResolvers<never>();
      const id = setTimeout(() => timer.reject(late), PATIENCE);
      try {
        while (!uris.every((uri) => told.has(uri))) {
          await Promise.race([new Promise<void>((resolve) => wake = resolve), timer.promise]);
        }
        told.clear();
      } finally {
        clearTimeout(id);
      }
    },
  };
}

/** Reads the record's resource whenever it is told of it, until its call has ended. */
async function untilCallEnded({ client, toldOf }: Program, uri: string): Promise<string> {
  for (;;) {
    await toldOf(uri);
    const { contents: [content] } = await client.readResource({ uri });
    assert("text" in content);
    const { callOrders: [order] } = JSON.parse(content.text);
    const [call] = order.calls ?? [];
    if (call?.endReason) return call.endReason;
  }
}

Deno.test("a client program sees a call end without asking", async () => {
  await serving(async ({ url, endpoint }) => {
    const contact = await addRecord(endpoint, { phoneNumber: "+14155550002" });
    const order = await addOrder(endpoint, {}, contact);
    const uri = `studio://records/${contact.id}`;
    const program = await connect(url, "admin");
    const stranger = await connect(url, "stranger");
    const stream = await program.client.listen({ resourceSubscriptions: [uri] });
    const foreign = await stranger.client.listen({
      resourceSubscriptions: [uri, "studio://costs/total", "studio://campaigns/stats"],
    });
    assertEquals(stream.honoredFilter, { resourceSubscriptions: [uri] });
    await program.tool("initiate-call", { callOrderUuid: order.id });
    assertEquals(await untilCallEnded(program, uri), "busy");
    assertEquals([...stranger.told], []);
    await stream.close();
    endpoint.stopWaiting();
    assertEquals(await foreign.closed, "graceful");
    await program.client.close();
    await stranger.client.close();
  });
});

const title =
  "what happens at one replica is seen at another, also after the database cut the line";
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = await serverDatabases();
    assertExists(databases);
    const { lanes, target, asSuperuser, close } = await databases.fresh();
    assert("url" in target);
    const { order, acme, globex } = await setUpTwoCompanies(lanes);
    const env = { DATABASE_URL: target.url, SIMULATED_PHONE_SPEED: "20" };
    const [here, there] = [await startServerProcess(env), await startServerProcess(env)];
    try {
      const uri = `studio://records/${order.recordId}`;
      const caller = await connect(`${here.url}/mcp`, acme.secret);
      const watcher = await connect(`${there.url}/mcp`, acme.secret);
      const stranger = await connect(`${there.url}/mcp`, globex.secret);
      const uris = [uri, "studio://costs/total"];
      const stream = await watcher.client.listen({ resourceSubscriptions: uris });
      const foreign = await stranger.client.listen({ resourceSubscriptions: uris });
      // Until it listens, a replica tells everybody that anything may have changed.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      watcher.told.clear();
      stranger.told.clear();

      await caller.tool("initiate-call", { callOrderUuid: order.id });
      assertEquals(await untilCallEnded(watcher, uri), "busy");
      assertEquals([...stranger.told], []);

      await asSuperuser(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() " +
          "and usename = 'studio'",
      );
      await watcher.toldOf(uri);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      watcher.told.clear();
      await caller.tool("update-record", { uuid: order.recordId, name: "Zoe Chen" });
      await watcher.toldOf(uri);

      const revoked = Date.now();
      await revokeToken(operatorPorts(lanes), operator("test"), acme.token.id);
      assertEquals(await stream.closed, "graceful");
      assert(Date.now() - revoked < 5_000, "a revoked token listened for longer than 5 s");

      assertEquals(await there.stop(), 0);
      assertEquals(await foreign.closed, "graceful");
    } finally {
      await here.kill();
      await there.kill();
      await close();
      await databases.stop();
    }
  });
});
