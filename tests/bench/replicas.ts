/**
 * One and two replicas behind a load balancer, with a pooler between them and the database; how
 * long a replica takes to its first answer, and what memory it keeps under load.
 *
 * @module
 */
import { asLogin } from "./data/fill.ts";
import type { Loader } from "./loader.ts";
import { type Caller } from "./callers.ts";
import { median } from "./median.ts";
import { toolCall } from "./messages.ts";
import { type Proxy, startHaproxy, startPgbouncer } from "./proxies.ts";
import { billed, firstCall, memoryOf, type Running, startStudio } from "./servers.ts";

const CONNECTIONS = 32;

/** What came of it. */
export interface Replicas {
  /** `get-record` calls a second through HAProxy and PgBouncer, by how many replicas. */
  perSecond: Record<"one" | "two", number>;
  /** Milliseconds of processor time of the replicas' processes per call; null where it is not told. */
  processor: Record<"one" | "two", number | null>;
  /** Milliseconds from the start of a process to its first answered tool call. */
  coldStart: number;
  /** MiB resident, before and after the load. */
  memory: { idle: number; loaded: number };
}

/** Measures in turn, round after round. */
export async function replicas(
  loader: Loader,
  ownerUrl: string,
  { token, recordUuids }: Caller,
  { rounds, milliseconds }: { rounds: number; milliseconds: number },
  say: (text: string) => void,
): Promise<Replicas> {
  const running: (Running | Proxy)[] = [];
  const add = <T extends Running | Proxy>(started: T): T => {
    running.push(started);
    return started;
  };
  try {
    const { url } = add(await startPgbouncer(asLogin(ownerUrl)));
    const first = add(await startStudio(url, firstCall(token)));
    const second = add(await startStudio(url, firstCall(token)));
    const one = add(await startHaproxy([first.port]));
    const two = add(await startHaproxy([first.port, second.port]));
    const idle = await memoryOf(first.pid);
    const requests = recordUuids.map((uuid) =>
      toolCall("2025-11-25", token, "get-record", { uuid })
    );
    const measured = { one: [] as number[], two: [] as number[] };
    const bills = { one: [] as number[], two: [] as number[] };
    const pids = [first.pid, second.pid];
    for (let round = 0; round <= rounds; round++) {
      for (const [name, { port }] of [["one", one], ["two", two]] as const) {
        const targets = [{ port, requests }];
        const job = { targets, connections: CONNECTIONS, milliseconds };
        const { result, processor } = await billed(loader, job, pids);
        if (round === 0) continue;
        measured[name].push(result.perSecond);
        if (processor !== null) bills[name].push(processor);
      }
      say(`replicas: round ${round} of ${rounds}`);
    }
    return {
      perSecond: { one: median(measured.one), two: median(measured.two) },
      processor: { one: billOf(bills.one), two: billOf(bills.two) },
      coldStart: median([first.coldStart, second.coldStart]),
      memory: { idle, loaded: await memoryOf(first.pid) },
    };
  } finally {
    for (const each of running.reverse()) await each.stop();
  }
}

function billOf(bills: number[]): number | null {
  return bills.length > 0 ? median(bills) : null;
}
