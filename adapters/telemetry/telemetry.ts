/**
 * What a person on call needs to know, by Deno's built-in OpenTelemetry: set `OTEL_DENO=true`, and the
 * runtime exports it as the other `OTEL_*` variables say. Without that nothing here is used. No attribute
 * has a name, a number or a text of a client's, and each of a metric's has few values.
 *
 * @module
 */
import { type Attributes, type Meter, metrics, trace } from "@opentelemetry/api";
import { type Call, isLive } from "../../src/calls/call.ts";
import type { CallGateway } from "../../src/calls/call_gateway.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { Repos, UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import type { Observe } from "../mcp/observe.ts";
import { observeMcp, SECONDS } from "./mcp_spans.ts";
import { hideAddresses } from "./private_spans.ts";

const NAME = "call-camp-studio";

type ObserveJob = (name: string, run: () => Promise<unknown>) => Promise<void>;

/** Live calls of one status. */
export interface LiveCalls {
  status: string;
  count: number;
  /** Seconds since the oldest of them was placed. */
  oldestSeconds: number;
}

/** Figures that are looked up, not counted. */
export interface Gauges {
  /** Connections to the database, and who waits for one. */
  connections(): { idle: number; used: number; waiting: number; size: number };
  /** Streams of changes. */
  streams(): number;
  /** Whether changes made by other processes are heard. */
  listening(): boolean;
}

/** How a studio is watched. */
export interface Telemetry {
  mcp: Observe;
  job: ObserveJob;
  /** The same store; transactions, and what they do to calls, are counted. */
  store(uow: UnitOfWork): UnitOfWork;
  /** The same gateway; what it is asked is measured. */
  gateway(gateway: CallGateway): CallGateway;
  /** Registers figures to be looked up at each export. */
  watch(gauges: Gauges): void;
  /** Sets the figures of calls under way. */
  liveCalls(calls: LiveCalls[]): void;
}

/** Telemetry that the runtime exports. */
export function openTelemetry(version: string): Telemetry {
  hideAddresses();
  const meter = metrics.getMeter(NAME, version);
  return {
    mcp: observeMcp(trace.getTracer(NAME, version), meter),
    job: observeJobs(meter),
    store: observeStore(meter),
    gateway: observeGateway(meter),
    watch: (gauges) => observeGauges(meter, gauges),
    liveCalls: observeLiveCalls(meter),
  };
}

/** The trace that is going on, for log lines; empty when there is none. */
export function currentTrace(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

/** Measures work, in seconds, with what came of it. */
function timer(meter: Meter, name: string, description: string) {
  const histogram = meter.createHistogram(name, {
    unit: "s",
    description,
    advice: { explicitBucketBoundaries: SECONDS },
  });
  return async <T>(
    attributes: Attributes,
    work: () => Promise<T>,
    outcome: (value: T) => Attributes = () => ({}),
  ): Promise<T> => {
    const started = performance.now();
    let result: Attributes = { "error.type": "_OTHER" };
    try {
      const value = await work();
      result = outcome(value);
      return value;
    } catch (error) {
      // A refusal of ours is no failure of what was asked.
      const refused = error instanceof DomainError && error.code !== "unavailable";
      if (refused) result = {};
      else if (error instanceof DomainError) result = { "error.type": error.code };
      throw error;
    } finally {
      histogram.record((performance.now() - started) / 1000, { ...attributes, ...result });
    }
  };
}

function observeJobs(meter: Meter): ObserveJob {
  const timed = timer(meter, "studio.job.duration", "How long runs of the server's own jobs took");
  const lastDone = new Map<string, number>();
  meter.createObservableGauge("studio.job.age", {
    unit: "s",
    description: "How long ago each of the server's own jobs last succeeded",
  }).addCallback((result) => {
    for (const [job, at] of lastDone) {
      result.observe((performance.now() - at) / 1000, { "studio.job.name": job });
    }
  });
  return async (name, run) => {
    if (!lastDone.has(name)) lastDone.set(name, performance.now());
    await timed({ "studio.job.name": name }, run);
    lastDone.set(name, performance.now());
  };
}

function observeStore(meter: Meter): Telemetry["store"] {
  const timed = timer(
    meter,
    "db.client.operation.duration",
    "How long transactions took, waiting for a connection included",
  );
  const placed = meter.createCounter("studio.calls.placed", {
    unit: "{call}",
    description: "Calls that were placed",
  });
  const ended = meter.createCounter("studio.calls.ended", {
    unit: "{call}",
    description: "Calls that have ended, by reason",
  });
  const database = { "db.system.name": "postgresql" };
  return (uow) => ({
    read: (scope, work) =>
      timed({ ...database, "db.operation.name": "read" }, () => uow.read(scope, work)),
    run<T>(scope: Scope, work: (repos: Repos) => Promise<T>) {
      return timed({ ...database, "db.operation.name": "transaction" }, async () => {
        let calls: CallsSeen = { placed: 0, ended: [] };
        const value = await uow.run(scope, (repos) => {
          // Anew, because the work may run again.
          calls = { placed: 0, ended: [] };
          return work({ ...repos, calls: watchedCalls(repos.calls, calls) });
        });
        if (calls.placed > 0) placed.add(calls.placed);
        for (const reason of calls.ended) ended.add(1, { "studio.call.end_reason": reason });
        return value;
      });
    },
  });
}

interface CallsSeen {
  placed: number;
  ended: string[];
}

/** The same repository, noting what a transaction does to calls. */
function watchedCalls(calls: Repos["calls"], seen: CallsSeen): Repos["calls"] {
  const live = new Set<string>();
  const noteEnd = (call: Call) => {
    if (!isLive(call)) seen.ended.push(call.endReason ?? "_OTHER");
  };
  return {
    ...calls,
    async lock(ref) {
      const call = await calls.lock(ref);
      if (call !== null && isLive(call)) live.add(call.id);
      return call;
    },
    insert(call) {
      seen.placed++;
      noteEnd(call);
      return calls.insert(call);
    },
    update(call) {
      if (live.has(call.id)) noteEnd(call);
      if (!isLive(call)) live.delete(call.id);
      return calls.update(call);
    },
  };
}

function observeGateway(meter: Meter): Telemetry["gateway"] {
  const timed = timer(
    meter,
    "studio.provider.duration",
    "How long the phone network took to answer, and what it said",
  );
  return (gateway) => {
    const { provider, quietSeconds } = gateway;
    const what = (name: string) => ({
      "studio.provider.name": provider,
      "studio.provider.operation": name,
    });
    const kindOf = ({ kind }: { kind: string }) => ({ "studio.provider.result": kind });
    return {
      provider,
      quietSeconds,
      dial: (request) => timed(what("dial"), () => gateway.dial(request), kindOf),
      lookup: (call) => timed(what("lookup"), () => gateway.lookup(call), kindOf),
      hangUp: (call) => timed(what("hang_up"), () => gateway.hangUp(call)),
      recording: (call, range) =>
        timed(
          what("recording"),
          () => gateway.recording(call, range),
          (found) => kindOf({ kind: found === null ? "not_found" : "found" }),
        ),
    };
  };
}

function observeGauges(meter: Meter, { connections, streams, listening }: Gauges): void {
  meter.createObservableUpDownCounter("db.client.connection.count", {
    unit: "{connection}",
    description: "Connections to the database",
  }).addCallback((result) => {
    const { idle, used } = connections();
    result.observe(idle, { "db.client.connection.state": "idle" });
    result.observe(used, { "db.client.connection.state": "used" });
  });
  const one = (name: string, unit: string, description: string, value: () => number) =>
    meter.createObservableUpDownCounter(name, { unit, description })
      .addCallback((result) => result.observe(value()));
  one(
    "db.client.connection.max",
    "{connection}",
    "Most connections to the database",
    () => connections().size,
  );
  one(
    "db.client.connection.pending_requests",
    "{request}",
    "Transactions that wait for a connection",
    () => connections().waiting,
  );
  one("studio.mcp.streams", "{stream}", "Open streams of changes", streams);
  one(
    "studio.changes.listening",
    "1",
    "1 while changes made by other processes are heard, else 0",
    () => listening() ? 1 : 0,
  );
}

function observeLiveCalls(meter: Meter): Telemetry["liveCalls"] {
  let known: LiveCalls[] = [];
  meter.createObservableGauge("studio.calls.live", {
    unit: "{call}",
    description: "Calls under way, of all replicas",
  }).addCallback((result) => {
    for (const { status, count } of known) result.observe(count, { "studio.call.status": status });
  });
  meter.createObservableGauge("studio.calls.oldest_live.age", {
    unit: "s",
    description: "How long ago the oldest call under way was placed, of all replicas",
  }).addCallback((result) => {
    for (const { status, oldestSeconds } of known) {
      result.observe(oldestSeconds, { "studio.call.status": status });
    }
  });
  return (calls) => known = calls;
}
