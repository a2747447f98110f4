/**
 * Spans and durations of MCP requests, by OpenTelemetry's semantic conventions for MCP
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/): the parent is the caller's, from
 * `params._meta`, and the HTTP request that carried the message is linked.
 *
 * @module
 */
import {
  type Attributes,
  context,
  type Meter,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { Fate, Observe, Operation } from "../mcp/observe.ts";

/** Seconds, as the conventions want them. */
export const SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** Makes a span of each request, and measures how long it takes. */
export function observeMcp(tracer: Tracer, meter: Meter): Observe {
  const duration = meter.createHistogram("mcp.server.operation.duration", {
    unit: "s",
    description: "How long MCP requests took, until the last byte of the answer",
    advice: { explicitBucketBoundaries: SECONDS },
  });
  return async (operation, fate, work) => {
    const target = operation.tool ?? operation.prompt;
    const http = trace.getActiveSpan();
    http?.updateName("POST /mcp").setAttribute("http.route", "/mcp");
    const shared = sharedAttributes(operation);
    // The caller's baggage stays behind: what we ask of others must not carry it.
    const parent = propagation.extract(ROOT_CONTEXT, operation.parent);
    const span = tracer.startSpan(
      target === undefined ? operation.method : `${operation.method} ${target}`,
      {
        kind: SpanKind.SERVER,
        links: http === undefined ? [] : [{ context: http.spanContext() }],
        attributes: {
          ...shared,
          ...(operation.id !== undefined && { "jsonrpc.request.id": operation.id }),
          ...(operation.resource !== undefined && { "mcp.resource.uri": operation.resource }),
        },
      },
      parent,
    );
    const started = performance.now();
    const end = (status: number) => {
      const failure = failureOf(operation, fate, status);
      if (failure["error.type"] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttributes(failure);
      span.end();
      duration.record((performance.now() - started) / 1000, { ...shared, ...failure });
    };
    try {
      const response = await context.with(trace.setSpan(parent, span), work);
      const streams = response.headers.get("content-type")?.startsWith("text/event-stream");
      // A stream of changes may last for days: what counts is how soon it was acknowledged.
      if (!streams || operation.method === "subscriptions/listen" || response.body === null) {
        end(response.status);
        return response;
      }
      const body = whenOver(response.body, () => end(response.status));
      return new Response(body, { status: response.status, headers: response.headers });
    } catch (error) {
      fate.error ??= "_OTHER";
      end(500);
      throw error;
    }
  };
}

/** Few values each, so that metrics may carry them. */
function sharedAttributes({ method, tool, prompt, protocolVersion }: Operation): Attributes {
  return {
    "mcp.method.name": method,
    "network.transport": "tcp",
    "network.protocol.name": "http",
    ...(tool !== undefined &&
      { "gen_ai.tool.name": tool, "gen_ai.operation.name": "execute_tool" }),
    ...(prompt !== undefined && { "gen_ai.prompt.name": prompt }),
    ...(protocolVersion !== undefined && { "mcp.protocol.version": protocolVersion }),
  };
}

function failureOf({ method }: Operation, { error, why }: Fate, status: number): Attributes {
  const type = error ??
    (method === "_OTHER" ? "-32601" : status >= 400 ? String(status) : undefined);
  return {
    ...(type !== undefined && { "error.type": type }),
    ...(type?.startsWith("-") && { "rpc.response.status_code": type }),
    ...(why !== undefined && { "studio.error.code": why }),
  };
}

/** The same bytes; tells of the end, whoever makes it. */
function whenOver(body: ReadableStream<Uint8Array>, over: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read();
      if (!done) return controller.enqueue(value);
      over();
      controller.close();
    },
    async cancel(reason) {
      over();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
