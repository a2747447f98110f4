/**
 * A collector of OpenTelemetry's OTLP over HTTP in JSON, for tests: keeps what it gets, and every
 * byte of it.
 *
 * @module
 */

// deno-lint-ignore no-explicit-any -- OTLP's JSON, of which tests look at some fields
type Json = any;

/** A span as it was exported. */
export interface ReceivedSpan {
  scope: string;
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  linked: string[];
  status: number;
  attributes: Record<string, string>;
}

/** A metric's point as it was exported; a histogram's count is its value. */
export interface ReceivedPoint {
  name: string;
  unit: string;
  value: number;
  attributes: Record<string, string>;
}

/** A log line as it was exported. */
export interface ReceivedLog {
  body: string;
  traceId: string;
}

/** A receiver that runs. */
export interface OtlpReceiver {
  url: string;
  spans: ReceivedSpan[];
  points: ReceivedPoint[];
  logs: ReceivedLog[];
  /** All that was ever received, as text. */
  text(): string;
  stop(): Promise<void>;
}

/** Starts receiving. */
export function otlpReceiver(): OtlpReceiver {
  const bodies: string[] = [];
  const spans: ReceivedSpan[] = [];
  const points: ReceivedPoint[] = [];
  const logs: ReceivedLog[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const text = await request.text();
    bodies.push(text);
    const { resourceSpans = [], resourceMetrics = [], resourceLogs = [] } = JSON.parse(text);
    for (const { scopeSpans } of resourceSpans) spans.push(...scopeSpans.flatMap(spansOf));
    for (const { scopeMetrics } of resourceMetrics) points.push(...scopeMetrics.flatMap(pointsOf));
    for (const { scopeLogs } of resourceLogs) logs.push(...scopeLogs.flatMap(logsOf));
    return Response.json({});
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    spans,
    points,
    logs,
    text: () => bodies.join("\n"),
    stop: () => server.shutdown(),
  };
}

function spansOf({ scope, spans }: Json): ReceivedSpan[] {
  return spans.map((span: Json) => ({
    scope: scope.name,
    name: span.name,
    kind: span.kind,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    linked: (span.links ?? []).map((link: Json) => link.spanId),
    status: span.status?.code ?? 0,
    attributes: attributesOf(span),
  }));
}

function pointsOf({ metrics }: Json): ReceivedPoint[] {
  return metrics.flatMap(({ name, unit, histogram, sum, gauge }: Json) =>
    (histogram ?? sum ?? gauge).dataPoints.map((point: Json) => ({
      name,
      unit,
      value: Number(point.count ?? point.asInt ?? point.asDouble),
      attributes: attributesOf(point),
    }))
  );
}

function logsOf({ logRecords }: Json): ReceivedLog[] {
  return logRecords.map(({ body, traceId }: Json) => ({ body: body.stringValue, traceId }));
}

function attributesOf({ attributes = [] }: Json): Record<string, string> {
  return Object.fromEntries(
    attributes.map(({ key, value }: Json) => [key, String(Object.values(value)[0])]),
  );
}
