import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from "@modelcontextprotocol/client";
import { Client as FirstClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as FirstTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { MemoryPhoneBooks } from "../../adapters/telephony/simulated/memory_books.ts";
import { SimulatedPhoneNetwork } from "../../adapters/telephony/simulated/network.ts";
import { addOrder, addRecord, NOBODY } from "../support/studio.ts";
import { type Endpoint, MODERN, openEndpoint, ORIGIN } from "./harness.ts";
import { type Client, story } from "./story.ts";

const URL_ = new URL("/mcp", ORIGIN);
const NAME = { name: "test", version: "1" };

/** A client of the SDK, connected, and what the tests need of it. */
interface Connected {
  client: ModernClient | FirstClient;
  revision: string | undefined;
}

const transportOptions = ({ fetch }: Endpoint, token: string) => ({
  requestInit: { headers: { Authorization: `Bearer ${token}` } },
  fetch: (url: string | URL, init?: RequestInit) => fetch(new Request(url, init)),
});

/** Clients of both generations; the second in either of its manners. */
const KINDS: Record<string, (endpoint: Endpoint, token?: string) => Promise<Connected>> = {
  "the 2026-07-28 client": async (endpoint, token = "admin") => {
    const client = new ModernClient(NAME, { versionNegotiation: { mode: { pin: MODERN } } });
    await client.connect(new ModernTransport(URL_, transportOptions(endpoint, token)));
    return { client, revision: client.getNegotiatedProtocolVersion() };
  },
  "the second SDK's client, which asks first": async (endpoint, token = "admin") => {
    const client = new ModernClient(NAME, { versionNegotiation: { mode: "auto" } });
    await client.connect(new ModernTransport(URL_, transportOptions(endpoint, token)));
    return { client, revision: client.getNegotiatedProtocolVersion() };
  },
  "the second SDK's client as of old": async (endpoint, token = "admin") => {
    const client = new ModernClient(NAME);
    await client.connect(new ModernTransport(URL_, transportOptions(endpoint, token)));
    return { client, revision: client.getNegotiatedProtocolVersion() };
  },
  "the first SDK's client": async (endpoint, token = "admin") => {
    const client = new FirstClient(NAME);
    const transport = new FirstTransport(URL_, transportOptions(endpoint, token));
    await client.connect(transport);
    return { client, revision: transport.protocolVersion };
  },
};

const REVISIONS = [MODERN, MODERN, "2025-11-25", "2025-11-25"];

/** The story's view of a client. */
function talker({ client }: Connected): Client {
  return {
    async tool(name, args = {}) {
      // deno-lint-ignore no-explicit-any -- both generations' results, of which only this is looked at
      const result: any = await client.callTool({ name, arguments: args });
      if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
      return result.structuredContent;
    },
    async read(uri) {
      const { contents } = await client.readResource({ uri });
      const [content] = contents;
      assert("text" in content);
      return JSON.parse(content.text as string);
    },
  };
}

/** Lets time pass for the studio and its phone network until the work is done. */
async function whileTimePasses(
  { app, clock }: Endpoint,
  network: SimulatedPhoneNetwork,
  work: Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const running = network.run(app.calls.applyEvent, stop.signal);
  let done = false;
  const finished = work.finally(() => done = true);
  while (!done) await clock.advance(1000);
  stop.abort();
  await running;
  await finished;
}

for (const [i, [kind, connect]] of Object.entries(KINDS).entries()) {
  Deno.test(`${kind} does the main job from end to end`, async () => {
    let network: SimulatedPhoneNetwork | undefined;
    const endpoint = await openEndpoint({
      gatewayOn: (clock) =>
        network = new SimulatedPhoneNetwork({ books: new MemoryPhoneBooks(), clock }),
    });
    const connected = await connect(endpoint);
    assertEquals(connected.revision, REVISIONS[i]);
    const open = (url: string) => endpoint.fetch(new Request(url));
    await whileTimePasses(endpoint, network!, story(talker(connected), open));
    assertEquals(endpoint.reported, []);
    await connected.client.close();
  });

  Deno.test(`${kind} lists everything, and finds every result to be what its schema says`, async () => {
    const endpoint = await openEndpoint();
    const { client } = await connect(endpoint);
    assertEquals((await client.listTools()).tools.length, 15);
    assertEquals((await client.listResources()).resources.length, 2);
    assertEquals((await client.listResourceTemplates()).resourceTemplates.length, 5);
    assertEquals((await client.listPrompts()).prompts.length, 3);
    assert(client.getInstructions()?.includes("initiate-call"));
    const record = await addRecord(endpoint, { parameters: { a: 1 }, timeZone: "Asia/Dubai" });
    const order = await addOrder(endpoint, { instructions: "Be brief." }, record);
    const { tool } = talker({ client, revision: undefined });
    const { callUuid } = await tool("initiate-call", { callOrderUuid: order.id });
    // The client checks each result against the tool's output schema, and throws when it does not fit.
    for (const who of ["admin", "master"]) {
      const { client } = await connect(endpoint, who);
      await client.listTools();
      const { tool } = talker({ client, revision: undefined });
      await tool("list-records", {});
      await tool("get-record", { uuid: record.id });
      await tool("update-record", { uuid: record.id, firstName: "Bo" });
      await tool("list-call-orders", {});
      await tool("get-call-details", { callUuid });
      await tool("get-call-outcomes", { callUuid });
      await tool("list-campaigns", {});
      await tool("list-record-types", {});
      await tool("read-resource", { uri: "studio://campaigns/stats" });
      await client.close();
    }
    await client.close();
  });

  Deno.test(`${kind} gets prompts and completions`, async () => {
    const endpoint = await openEndpoint();
    const { client } = await connect(endpoint);
    const { name } = endpoint.company.campaign;
    const prompt = await client.getPrompt({
      name: "review-campaign",
      arguments: { campaign: name },
    });
    assertEquals(prompt.messages.length, 1);
    const { completion } = await client.complete({
      ref: { type: "ref/resource", uri: "studio://campaigns/{uuid}/stats" },
      argument: { name: "uuid", value: name },
    });
    assertEquals(completion.values, [endpoint.company.campaign.id]);
    await client.close();
  });

  Deno.test(`${kind} is told of refusals as results, of what is not there as errors`, async () => {
    const endpoint = await openEndpoint();
    const { client } = await connect(endpoint);
    const refused = await client.callTool({ name: "get-record", arguments: { uuid: NOBODY } });
    assertEquals([refused.isError, refused.content], [true, [{
      type: "text",
      text: "Record not found or access denied",
    }]]);
    const uri = `studio://records/${NOBODY}`;
    const error = await assertRejects(() => client.readResource({ uri }), Error);
    assertEquals((error as Error & { code: number }).code, -32602);
    await assertRejects(() => client.callTool({ name: "drop-tables", arguments: {} }), Error);
    await client.close();
  });

  Deno.test(`${kind} cannot connect without a valid token`, async () => {
    const endpoint = await openEndpoint();
    await assertRejects(() => connect(endpoint, "nobody"), Error);
  });

  Deno.test(`${kind} hears of progress while it waits, and may give up`, async () => {
    const endpoint = await openEndpoint();
    const order = await addOrder(endpoint);
    const connected = await connect(endpoint);
    const { client } = connected;
    const { callUuid } = await talker(connected).tool("initiate-call", { callOrderUuid: order.id });
    const heard: (string | undefined)[] = [];
    const gone = new AbortController();
    const params = { name: "get-call-details", arguments: { callUuid, waitSeconds: 50 } };
    const onprogress = ({ message }: { message?: string }) => void heard.push(message);
    const options = { onprogress, signal: gone.signal };
    const waiting = client instanceof FirstClient
      ? client.callTool(params, undefined, options)
      : client.callTool(params, options);
    const rejected = assertRejects(() => waiting);
    await endpoint.clock.advance(2000);
    assertEquals(heard, ["Call is queued"]);
    gone.abort("had enough");
    await rejected;
    await endpoint.clock.advance(60_000);
    await client.close();
  });
}
