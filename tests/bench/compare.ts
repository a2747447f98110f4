/**
 * Tool calls a second: the product against what would be written otherwise, and against the floor,
 * in turn on the same rows.
 *
 * @module
 */
import type { RequestText } from "./load.ts";
import type { Loader } from "./loader.ts";
import { type Era, ERAS, post, toolCall } from "./messages.ts";
import { median } from "./median.ts";
import type { Caller } from "./callers.ts";
import {
  answers,
  billed,
  firstCall,
  type Running,
  startFloor,
  startReference,
  startStudio,
} from "./servers.ts";

/** Connections of the load generator, each with one call under way. */
const CONNECTIONS = 32;

/** Tool calls a second, medians over the rounds. */
export interface Comparison {
  tool: string;
  reference: number;
  /** The reference with statements that are prepared by name. */
  prepared: number;
  floor: number;
  studio: Record<Era, number>;
  /** Milliseconds of processor time of the server's process per call, by contestant. */
  processor: Record<Contestant, number | null>;
}

/** Who is measured. */
export type Contestant = "reference" | "prepared" | "floor" | Era;

/** How long to measure. */
export interface Rounds {
  rounds: number;
  /** Of each server and tool in each round. */
  milliseconds: number;
}

/** Runs each server with each tool in turn, round after round. */
export async function compare(
  loader: Loader,
  { ownerUrl, loginUrl }: { ownerUrl: string; loginUrl: string },
  { token, recordUuids }: Caller,
  { rounds, milliseconds }: Rounds,
  say: (text: string) => void,
): Promise<Comparison[]> {
  const tools = {
    "get-record": recordUuids.map((uuid) => ({ uuid })),
    "list-records": [{ limit: 20 }],
  };
  const floorCall = (name: string, args: object) =>
    post("/call", token, {}, { name, ...args }, '"rows"');
  const requests = (
    name: keyof typeof tools,
    make: (args: Record<string, unknown>) => RequestText,
  ) => tools[name].map(make);
  const servers: Running[] = [];
  try {
    const reference = await startReference(ownerUrl, firstCall(token), false);
    servers.push(reference);
    const prepared = await startReference(ownerUrl, firstCall(token), true);
    servers.push(prepared);
    const floor = await startFloor(
      loginUrl,
      answers(floorCall("list-records", { limit: 1 })),
    );
    servers.push(floor);
    const studio = await startStudio(loginUrl, firstCall(token));
    servers.push(studio);

    const results: Comparison[] = [];
    for (const tool of Object.keys(tools) as (keyof typeof tools)[]) {
      const contestants = [
        {
          name: "reference" as const,
          server: reference,
          requests: requests(tool, (args) => toolCall("2025-11-25", token, tool, args)),
        },
        {
          name: "prepared" as const,
          server: prepared,
          requests: requests(tool, (args) => toolCall("2025-11-25", token, tool, args)),
        },
        {
          name: "floor" as const,
          server: floor,
          requests: requests(tool, (args) => floorCall(tool, args)),
        },
        ...ERAS.map((era) => ({
          name: era,
          server: studio,
          requests: requests(tool, (args) => toolCall(era, token, tool, args)),
        })),
      ];
      const measured: Partial<Record<Contestant, number[]>> = {};
      const bills: Partial<Record<Contestant, (number | null)[]>> = {};
      // The first round warms up.
      for (let round = 0; round <= rounds; round++) {
        for (const { name, server: { port, pid }, requests } of contestants) {
          const targets = [{ port, requests }];
          const job = { targets, connections: CONNECTIONS, milliseconds };
          const { result, processor } = await billed(loader, job, [pid]);
          if (round === 0) continue;
          (measured[name] ??= []).push(result.perSecond);
          (bills[name] ??= []).push(processor);
        }
        say(`${tool}: round ${round} of ${rounds}`);
      }
      const of = (name: Contestant) => median(measured[name] ?? []);
      const billOf = (name: Contestant) => {
        const known = (bills[name] ?? []).filter((each) => each !== null);
        return known.length > 0 ? median(known) : null;
      };
      results.push({
        tool,
        reference: of("reference"),
        prepared: of("prepared"),
        floor: of("floor"),
        studio: { "2026-07-28": of("2026-07-28"), "2025-11-25": of("2025-11-25") },
        processor: {
          "reference": billOf("reference"),
          "prepared": billOf("prepared"),
          "floor": billOf("floor"),
          "2026-07-28": billOf("2026-07-28"),
          "2025-11-25": billOf("2025-11-25"),
        },
      });
    }
    return results;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
