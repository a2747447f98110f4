/**
 * Where the server's time for a call goes, by V8's sampling profiler: what each layer spends itself,
 * its helpers included, in parts of all the time that the process was not idle.
 *
 * @module
 */
import type { Caller } from "./callers.ts";
import type { Loader } from "./loader.ts";
import { type Era, ERAS, toolCall } from "./messages.ts";
import { firstCall, startStudio } from "./servers.ts";

/** Parts of a tool's time, from 0 to 1, the largest first. */
export interface Split {
  tool: string;
  era: Era;
  parts: [layer: string, part: number][];
}

/** Of a profile as Chrome's developer tools save it, what is used here. */
interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string };
    children?: number[];
  }[];
  samples: number[];
  timeDeltas: number[];
}

const CONNECTIONS = 32;
const WARM_UP = 800;

/** Whose time it is: the innermost frame that one of these knows. Functions of the runtime have no layer. */
const LAYERS: [layer: string, of: RegExp][] = [
  [
    "who is it, and how often",
    /(remembered|bearer|authenticate|request_limits|leased_rate_limits)\.ts/,
  ],
  ["reading the body", /json_body\.ts/],
  ["presenting rows, JSON for the model", /adapters\/mcp\/(present\/|results)/],
  ["MCP SDK", /@modelcontextprotocol\//],
  ["PostgreSQL driver, lanes, mapping of rows", /adapters\/postgres\/|postgres\/src\//],
  ["log line", /adapters\/log\.ts/],
  ["HTTP: Hono, Host and Origin, headers", /hono|adapters\/http\//],
  ["tools, use cases", /adapters\/mcp\/|\/src\//],
];
const REST = "the runtime: sockets, HTTP, streams, timers";

/** Profiles the tools, each era in a process of its own. */
export async function profile(
  loader: Loader,
  databaseUrl: string,
  { token, recordUuids }: Caller,
  milliseconds: number,
  say: (text: string) => void,
): Promise<Split[]> {
  const tools = {
    "get-record": recordUuids.map((uuid) => ({ uuid })),
    "list-records": [{ limit: 20 }],
  };
  const splits: Split[] = [];
  for (const [tool, calls] of Object.entries(tools)) {
    for (const era of ERAS) {
      const folder = await Deno.makeTempDir({ prefix: "bench-profile-" });
      const flags = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
      const studio = await startStudio(databaseUrl, firstCall(token), flags);
      const requests = calls.map((args) => toolCall(era, token, tool, args));
      const targets = [{ port: studio.port, requests }];
      try {
        await loader.run({
          targets,
          connections: CONNECTIONS,
          milliseconds: WARM_UP + milliseconds,
        });
      } finally {
        await studio.stop();
      }
      for await (const { name } of Deno.readDir(folder)) {
        splits.push({ tool, era, parts: split(await Deno.readTextFile(`${folder}/${name}`)) });
      }
      await Deno.remove(folder, { recursive: true });
      say(`profile: ${tool}, ${era}`);
    }
  }
  return splits;
}

function split(text: string): Split["parts"] {
  const { nodes, samples, timeDeltas }: CpuProfile = JSON.parse(text);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((c) => [c, id])));
  const layerOf = (id: number): string | null => {
    if (byId.get(id)!.callFrame.functionName === "(idle)") return null;
    if (byId.get(id)!.callFrame.functionName === "(garbage collector)") return "garbage collector";
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const { url } = byId.get(at)!.callFrame;
      const found = LAYERS.find(([, of]) => of.test(url));
      if (found) return found[0];
    }
    return REST;
  };
  const layers = new Map(nodes.map(({ id }) => [id, layerOf(id)]));
  const spent = new Map<string, number>();
  for (const [i, id] of samples.entries()) {
    const layer = layers.get(id) ?? null;
    if (layer !== null) spent.set(layer, (spent.get(layer) ?? 0) + timeDeltas[i]);
  }
  const all = spent.values().reduce((sum, each) => sum + each, 0);
  return Array.from(spent, ([layer, time]): [string, number] => [layer, time / all])
    .sort(([, one], [, other]) => other - one);
}
