/** What a server process exports when telemetry is on, received as a collector would; and what never. */
import { assert, assertEquals, assertExists } from "@std/assert";
import { CONTACT, setUpTwoCompanies } from "../support/callable_company.ts";
import { serverDatabases } from "../support/databases.ts";
import { otlpReceiver } from "../support/otlp_receiver.ts";
import { type ServerProcess, startServerProcess } from "../support/server_process.ts";
import { whenThere } from "../support/skip.ts";
import { requestOf } from "../mcp/harness.ts";

const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const [, TRACE, PARENT_SPAN] = PARENT.split("-");
const ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef";
const SECOND = "+14155550177";
const BAGGAGE = "who=someone-private";
const SERVER_KIND = 2;
const ERROR_STATUS = 2;

/** Sends an MCP request to a server process. */
async function ask(
  url: string,
  token: string,
  method: string,
  params: Record<string, unknown>,
  id: string | number,
) {
  const request = requestOf(method, params, { who: token, id });
  const response = await fetch(`${url}/mcp`, {
    method: "POST",
    headers: { ...Object.fromEntries(request.headers), baggage: BAGGAGE },
    body: await request.text(),
  });
  return await response.json();
}

async function until(what: string, happened: () => boolean): Promise<void> {
  for (const started = Date.now(); !happened();) {
    assert(Date.now() - started < 20_000, `${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const title = "a server exports spans, metrics and logs that tell what happened, and of nobody";
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = await serverDatabases();
    assertExists(databases);
    const { lanes, target, close } = await databases.fresh();
    assert("url" in target);
    const { order, acme } = await setUpTwoCompanies(lanes);
    const receiver = otlpReceiver();
    const asked: Headers[] = [];
    const provider = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      asked.push(new Headers(request.headers));
      if (asked.length > 1) {
        return Response.json({ code: 21211, message: "not a number" }, { status: 400 });
      }
      return Response.json({ sid: "CA0123456789abcdef0123456789abcdef", status: "queued" }, {
        status: 201,
      });
    });
    const otel = {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRIC_EXPORT_INTERVAL: "500",
      OTEL_BSP_SCHEDULE_DELAY: "100",
      OTEL_BLRP_SCHEDULE_DELAY: "100",
    };
    let server: ServerProcess | undefined;
    try {
      server = await startServerProcess({
        DATABASE_URL: target.url,
        TELEPHONY: "twilio",
        TWILIO_API_URL: `http://127.0.0.1:${provider.addr.port}`,
        TWILIO_ACCOUNT_SID: ACCOUNT_SID,
        TWILIO_AUTH_TOKEN: "a-secret-of-the-account",
        TWILIO_FROM: "+14155559999",
        ...otel,
      });
      const { secret } = acme;
      const _meta = { traceparent: PARENT };
      const call = { name: "initiate-call", arguments: { callOrderUuid: order.id }, _meta };
      assertEquals(
        (await ask(server.url, secret, "tools/call", call, "r1")).result.isError,
        undefined,
      );
      const tool = async (name: string, args: Record<string, unknown>) =>
        (await ask(server!.url, secret, "tools/call", { name, arguments: args }, 1)).result
          .structuredContent;
      // A second call, which the provider refuses.
      const { recordTypes: [{ uuid: recordTypeUuid }] } = await tool("list-record-types", {});
      const record = await tool("create-record", {
        ...CONTACT,
        phoneNumber: SECOND,
        recordTypeUuid,
      });
      const campaignUuid = order.campaignId;
      const second = await tool("create-call-order", { recordUuid: record.uuid, campaignUuid });
      const refused = await tool("initiate-call", { callOrderUuid: second.uuid });
      assertEquals(refused.status, "failed");
      const search = { name: "list-records", arguments: { search: CONTACT.phoneNumber } };
      await ask(server.url, secret, "tools/call", search, 2);
      const unknown = { name: "get-call-details", arguments: { callUuid: CONTACT.phoneNumber } };
      await ask(server.url, secret, "tools/call", unknown, 3);
      const odd = { uri: `studio://records/${CONTACT.phoneNumber}` };
      await ask(server.url, secret, "resources/read", odd, 4);
      const uri = `studio://records/${order.recordId}`;
      await ask(server.url, secret, "resources/read", { uri }, 5);
      await ask(server.url, secret, `made up for ${CONTACT.phoneNumber}`, {}, 6);
      await (await fetch(`${server.url}/recordings/${order.id}?signature=private-signature`))
        .text();

      const named = (name: string) => receiver.spans.filter((span) => span.name === name);
      await until(
        "every span",
        () => named("resources/read").length === 2 && named("_OTHER").length === 1,
      );

      // The caller's trace goes on, and the HTTP request is linked.
      const [dial] = named("tools/call initiate-call");
      assertEquals([dial.traceId, dial.parentSpanId, dial.kind], [TRACE, PARENT_SPAN, SERVER_KIND]);
      assertEquals(dial.attributes, {
        "mcp.method.name": "tools/call",
        "mcp.protocol.version": "2026-07-28",
        "gen_ai.tool.name": "initiate-call",
        "gen_ai.operation.name": "execute_tool",
        "jsonrpc.request.id": "r1",
        "network.transport": "tcp",
        "network.protocol.name": "http",
      });
      const http = receiver.spans.find(({ spanId }) => spanId === dial.linked[0]);
      assertEquals([http?.name, http?.attributes["http.route"]], ["POST /mcp", "/mcp"]);
      const toProvider = receiver.spans.find(({ traceId, scope, kind }) =>
        traceId === TRACE && scope === "deno" && kind === 3
      );
      assertEquals(toProvider?.parentSpanId, dial.spanId);

      // What went wrong is told by its kind.
      const [failed] = named("tools/call get-call-details");
      assertEquals(failed.status, ERROR_STATUS);
      assertEquals(failed.attributes["error.type"], "tool_error");
      assertEquals(failed.attributes["studio.error.code"], "not_found");
      assertEquals(named("tools/call list-records")[0].status, 0);
      const [absent, read] = named("resources/read");
      assertEquals(absent.attributes["rpc.response.status_code"], "-32602");
      assertEquals(absent.attributes["mcp.resource.uri"], undefined);
      assertEquals(read.attributes["mcp.resource.uri"], uri);
      assertEquals(named("_OTHER")[0].attributes["error.type"] !== undefined, true);

      // Metrics a person on call looks at.
      const has = (name: string, wanted: Record<string, string> = {}) =>
        receiver.points.some((point) =>
          point.name === name && point.value >= 0 &&
          Object.entries(wanted).every(([key, value]) => point.attributes[key] === value)
        );
      const METRICS: [string, Record<string, string>][] = [
        ["mcp.server.operation.duration", { "gen_ai.tool.name": "initiate-call" }],
        ["mcp.server.operation.duration", { "studio.error.code": "not_found" }],
        ["studio.provider.duration", {
          "studio.provider.name": "twilio",
          "studio.provider.operation": "dial",
          "studio.provider.result": "accepted",
        }],
        ["studio.provider.duration", { "studio.provider.result": "refused" }],
        ["studio.calls.placed", {}],
        ["studio.calls.ended", { "studio.call.end_reason": "invalid_number" }],
        ["studio.calls.live", { "studio.call.status": "queued" }],
        ["studio.calls.oldest_live.age", { "studio.call.status": "queued" }],
        ["studio.job.duration", { "studio.job.name": "reconcile calls" }],
        ["studio.job.age", { "studio.job.name": "reconcile calls" }],
        ["db.client.operation.duration", { "db.operation.name": "transaction" }],
        ["db.client.connection.count", { "db.client.connection.state": "idle" }],
        ["db.client.connection.max", {}],
        ["db.client.connection.pending_requests", {}],
        ["studio.mcp.streams", {}],
        ["studio.changes.listening", {}],
        ["http.server.request.duration", {}],
      ];
      await until("every metric", () => METRICS.every(([name, wanted]) => has(name, wanted)));
      const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
      for (const { name, attributes } of receiver.points) {
        if (/^(mcp|studio|db)\./.test(name)) {
          const [, family, last] = /^(.*)(\.\w+)$/.exec(name)!;
          const told = readme.includes(`\`${name}\``) ||
            readme.includes(`\`${family}.`) && readme.includes(`\`${last}\``);
          assert(told, `the README does not tell of ${name}`);
        }
        for (const key of Object.keys(attributes)) {
          assert(
            !/id$|uuid|uri|address/.test(key),
            `${name} has an attribute of many values: ${key}`,
          );
        }
      }

      // Each line of the log names its trace.
      const line = receiver.logs.find(({ body }) => body.includes('"event":"request"'));
      assertExists(line);
      assertEquals(JSON.parse(line.body).trace_id, line.traceId);

      // Nothing of anybody, in any byte.
      assertEquals(await server.stop(), 0);
      const text = receiver.text();
      const PRIVATE = [
        "4155550002",
        SECOND.slice(2),
        CONTACT.name,
        "acme",
        "ana@",
        secret,
        "a-secret-of-the-account",
        ACCOUNT_SID,
        "private-signature",
        "someone-private",
      ];
      for (const part of PRIVATE) assert(!text.includes(part), `exported: ${part}`);

      // The provider is asked in the caller's trace, but gets nothing that the caller attached.
      const [create] = asked;
      assertEquals(create.get("traceparent")?.split("-")[1], TRACE);
      assertEquals(create.get("baggage"), null);
    } finally {
      await server?.kill();
      await provider.shutdown();
      await receiver.stop();
      await close();
      await databases.stop();
    }
  });
});
