/** Streams of changes: what is told to whom, what is refused, and what ends them. */
import { assert, assertEquals } from "@std/assert";
import { MAX_RESOURCES, MAX_STREAMS, MAX_STREAMS_OF_TOKEN } from "../../adapters/mcp/listening.ts";
import type { Call } from "../../src/calls/call.ts";
import { addCall, addRecord, NOBODY, report } from "../support/studio.ts";
import {
  answerOf,
  type Ask,
  ask,
  call,
  type Endpoint,
  openEndpoint,
  requestOf,
} from "./harness.ts";

const LISTEN = "subscriptions/listen";

// deno-lint-ignore no-explicit-any -- JSON-RPC of many shapes, which tests look into
type Message = any;

/** An open stream. */
interface Stream {
  /** What the server agreed to tell. */
  acknowledged: Message;
  /** The next message; null when the stream has ended. */
  next(): Promise<Message | null>;
  /** Hangs up. */
  leave(): Promise<void>;
}

async function listen(endpoint: Endpoint, uris: string[], options: Ask = {}): Promise<Stream> {
  const notifications = { resourceSubscriptions: uris };
  const response = await endpoint.fetch(requestOf(LISTEN, { notifications }, options));
  assertEquals(response.status, 200);
  assert(response.headers.get("content-type")?.startsWith("text/event-stream"));
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const next = async () => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const [event, rest] = [text.slice(0, end), text.slice(end + 2)];
        text = rest;
        const data = event.split("\n").find((line) => line.startsWith("data: "));
        if (data) return JSON.parse(data.slice("data: ".length));
        continue;
      }
      const { value, done } = await reader.read();
      if (done) return null;
      text += value;
    }
  };
  const { method, params } = await next();
  assertEquals(method, "notifications/subscriptions/acknowledged");
  return { acknowledged: params, next, leave: () => reader.cancel() };
}

/** URIs that are told of, in no order. */
async function told(stream: Stream, count: number): Promise<string[]> {
  const uris: string[] = [];
  while (uris.length < count) uris.push((await stream.next())!.params.uri);
  return uris.sort();
}

const ID = "io.modelcontextprotocol/subscriptionId";

function recordOf({ recordId }: Call): string {
  return `studio://records/${recordId}`;
}

Deno.test("a stream tells of a record when its call ends, under the id of the request", async () => {
  const endpoint = await openEndpoint();
  const ringing = await addCall(endpoint);
  const uri = recordOf(ringing);
  const stream = await listen(endpoint, [uri], { id: "listen:7", who: "clerk" });
  assertEquals(stream.acknowledged, {
    notifications: { resourceSubscriptions: [uri] },
    _meta: { [ID]: "listen:7" },
  });
  await report(endpoint, ringing, { type: "ringing" });
  await stream.next();
  await endpoint.clock.advance(250);
  await report(endpoint, ringing, { type: "ended", reason: "busy", durationSeconds: null });
  assertEquals(await stream.next(), {
    jsonrpc: "2.0",
    method: "notifications/resources/updated",
    params: { uri, _meta: { [ID]: "listen:7" } },
  });
  await stream.leave();
});

Deno.test("each of the seven resources is told of when what it shows has changed", async () => {
  const endpoint = await openEndpoint();
  const { campaign } = endpoint.company;
  const contact = await addRecord(endpoint);
  const ofRecord = [`studio://records/${contact.id}`, `studio://records/${contact.id}/outcomes`];
  const ofCampaign = ["stats", "outcomes", "cost"].map((what) =>
    `studio://campaigns/${campaign.id}/${what}`
  );
  const fixed = ["studio://campaigns/stats", "studio://costs/total"];
  const stream = await listen(endpoint, [...ofRecord, ...ofCampaign, ...fixed]);
  await call(endpoint, "update-record", { uuid: contact.id, name: "Zoe" });
  assertEquals(await told(stream, 2), ofRecord);
  await endpoint.clock.advance(250);
  await call(endpoint, "create-call-order", {
    recordUuid: contact.id,
    campaignUuid: campaign.id,
  });
  assertEquals(await told(stream, 7), [...ofRecord, ...ofCampaign, ...fixed].sort());
  await stream.leave();
});

Deno.test("another client hears nothing, and cannot tell a foreign record from none", async () => {
  const endpoint = await openEndpoint();
  const ringing = await addCall(endpoint);
  const [uri, unknown] = [recordOf(ringing), `studio://records/${NOBODY}`];
  const uris = [uri, unknown, "studio://costs/total"];
  const [stranger, master, own] = [
    await listen(endpoint, uris, { who: "stranger" }),
    await listen(endpoint, [uri], { who: "master" }),
    await listen(endpoint, [uri]),
  ];
  assertEquals(stranger.acknowledged.notifications, { resourceSubscriptions: uris });
  await report(endpoint, ringing, { type: "ended", reason: "busy", durationSeconds: null });
  assertEquals((await own.next())?.params.uri, uri);
  assertEquals((await master.next())?.params.uri, uri);
  endpoint.stopWaiting();
  // The goodbye is all that the stranger's stream ever carries.
  assertEquals((await stranger.next())?.result.resultType, "complete");
});

Deno.test("what is no resource is not acknowledged, and no uuid is no resource", async () => {
  const endpoint = await openEndpoint();
  const odd = ["studio://records/12", "studio://calls/1", "file:///etc/passwd", ""];
  const stream = await listen(endpoint, ["studio://costs/total", ...odd]);
  assertEquals(stream.acknowledged.notifications, {
    resourceSubscriptions: ["studio://costs/total"],
  });
  await stream.leave();
  const { before, result } = await ask(endpoint, LISTEN, {
    notifications: { resourceSubscriptions: odd },
  });
  assertEquals(before[0].params.notifications, {});
  assertEquals(result.resultType, "complete");
});

Deno.test("many changes in a moment are told as one, and the last one is never lost", async () => {
  const endpoint = await openEndpoint();
  const contact = await addRecord(endpoint);
  const uri = `studio://records/${contact.id}`;
  const stream = await listen(endpoint, [uri]);
  for (let i = 0; i < 20; i++) {
    await call(endpoint, "update-record", { uuid: contact.id, name: `Zoe ${i}` });
  }
  await endpoint.clock.advance(250);
  assertEquals(await told(stream, 2), [uri, uri]);
  endpoint.stopWaiting();
  assertEquals((await stream.next())?.id, 1, "the goodbye, and no third");
});

Deno.test("a client that reads nothing for long is let go, and has kept nobody waiting", async () => {
  const endpoint = await openEndpoint();
  const records = await Promise.all(Array.from({ length: 60 }, () => addRecord(endpoint)));
  const uris = records.map(({ id }) => `studio://records/${id}`);
  const stream = await listen(endpoint, uris);
  const everything = () =>
    endpoint.store.run("all", (repos) => repos.changes.publish(endpoint.company.client.id, null));
  for (let round = 0; round < 20; round++) {
    await everything();
    await endpoint.clock.advance(250);
  }
  let messages = 0;
  for (;;) {
    const message = await stream.next();
    if (message === null) break;
    messages++;
  }
  // A thousand, what the reader had taken ahead, and the goodbye; of 1,200.
  assert(messages > 1_000 && messages < 1_010, `${messages} messages`);
});

Deno.test("the stream of a revoked token ends within five seconds, the others go on", async () => {
  const endpoint = await openEndpoint();
  const uri = "studio://costs/total";
  const revoked = await listen(endpoint, [uri], { who: "stranger" });
  const other = await listen(endpoint, [uri]);
  endpoint.people.stranger = undefined;
  await endpoint.clock.advance(5_000);
  assertEquals((await revoked.next())?.result.resultType, "complete");
  assertEquals(await revoked.next(), null);
  await addCall(endpoint);
  assertEquals((await other.next())?.params.uri, uri);
  await other.leave();
});

Deno.test("a server that stops says goodbye on every stream", async () => {
  const endpoint = await openEndpoint();
  const stream = await listen(endpoint, ["studio://costs/total"], { id: 9 });
  endpoint.stopWaiting();
  const { id, result } = (await stream.next())!;
  assertEquals([id, result.resultType, result._meta[ID]], [9, "complete", 9]);
  assertEquals(await stream.next(), null);
});

Deno.test("streams of a token are counted, and one that was left makes room", async () => {
  const endpoint = await openEndpoint();
  const uris = ["studio://costs/total"];
  const params = { notifications: { resourceSubscriptions: uris } };
  const streams = [];
  for (let i = 0; i < MAX_STREAMS_OF_TOKEN; i++) streams.push(await listen(endpoint, uris));
  const { error, id } = await ask(endpoint, LISTEN, params, { id: 5 });
  assertEquals([error?.code, id], [-32603, 5]);
  assert(error?.message.includes("close one"));
  const other = await listen(endpoint, uris, { who: "stranger" });
  await streams.pop()!.leave();
  const again = await listen(endpoint, uris);
  for (const stream of [...streams, other, again]) await stream.leave();
});

Deno.test("streams of a process are counted, too", async () => {
  const endpoint = await openEndpoint();
  const tokens = MAX_STREAMS / MAX_STREAMS_OF_TOKEN;
  const uris = ["studio://costs/total"];
  for (let token = 0; token < tokens; token++) {
    endpoint.people[`t${token}`] = { ...endpoint.admin, tokenId: `token ${token}` };
    for (let i = 0; i < MAX_STREAMS_OF_TOKEN; i++) {
      await listen(endpoint, uris, { who: `t${token}` });
    }
  }
  const params = { notifications: { resourceSubscriptions: uris } };
  const { error } = await ask(endpoint, LISTEN, params);
  assertEquals(error?.code, -32603);
  endpoint.stopWaiting();
  await (await listen(endpoint, uris)).leave();
});

Deno.test("a stream of too many resources is refused by name", async () => {
  const endpoint = await openEndpoint();
  const resourceSubscriptions = Array<string>(MAX_RESOURCES + 1).fill("studio://costs/total");
  const { error } = await ask(endpoint, LISTEN, { notifications: { resourceSubscriptions } });
  assertEquals(error?.code, -32602);
  assert(error?.message.startsWith("resourceSubscriptions: at most 100"));
});

Deno.test("subscribing is declared where it works: in the modern revision alone", async () => {
  const endpoint = await openEndpoint();
  const modern = await ask(endpoint, "server/discover");
  assertEquals(modern.result.capabilities.resources, { subscribe: true });
  const legacy = await ask(endpoint, "initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  }, { era: "legacy" });
  assertEquals(legacy.result.capabilities.resources, {});
  const uri = "studio://costs/total";
  const { error } = await ask(endpoint, "resources/subscribe", { uri }, { era: "legacy" });
  assertEquals(error?.code, -32601);
});

Deno.test("a client that asks for JSON alone gets the stream nevertheless: it has no end", async () => {
  const endpoint = await openEndpoint();
  const headers = { accept: "application/json" };
  const stream = await listen(endpoint, ["studio://costs/total"], { headers });
  await stream.leave();
});

Deno.test("a listen without a filter is refused", async () => {
  const endpoint = await openEndpoint();
  const answer = await answerOf(await endpoint.fetch(requestOf(LISTEN, {}, {})));
  assertEquals(answer.error?.code, -32602);
});
