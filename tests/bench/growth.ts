/**
 * Growth: what each tool and each resource takes with a hundredth of the data and with all of it,
 * one caller at a time, in turn.
 *
 * @module
 */
import type { RequestText } from "./load.ts";
import type { Loader } from "./loader.ts";
import { promptGet, recordCompletion, resourceRead, toolCall } from "./messages.ts";
import { median } from "./median.ts";
import { type Caller, callerOf, RANKS, SAME } from "./callers.ts";
import { firstCall, type Running, startStudio } from "./servers.ts";
import { asLogin } from "./data/fill.ts";

/** Requests of each kind in each round, and of each write. */
const REQUESTS = 30;
const WRITES = 6;

/** One kind of request in both worlds; times in milliseconds. */
export interface Growth {
  what: string;
  small: number;
  large: number;
  /** The median of the rounds' own ratios. */
  ratio: number;
}

/** A kind of request: as many as are wanted, of which none may be sent twice where it writes. */
interface Kind {
  what: string;
  writes: boolean;
  make: (caller: Caller, n: number) => RequestText;
  /** Whether the caller has the rows for request n. */
  enough: (caller: Caller, n: number) => boolean;
}

const PAGE = 20;

function deepest(rows: number): number {
  return Math.max(1, Math.floor(rows / PAGE));
}

function tool(
  what: string,
  name: string,
  args: (caller: Caller, n: number) => Record<string, unknown>,
  writes = false,
): Kind {
  const make = (caller: Caller, n: number) =>
    toolCall("2026-07-28", caller.token, name, args(caller, n));
  const enough = (caller: Caller, n: number) =>
    !Object.values(args(caller, n)).some((value) => value === undefined);
  return { what, writes, make, enough };
}

function resource(uri: string, uuid: (caller: Caller, n: number) => string): Kind {
  const make = (caller: Caller, n: number) =>
    resourceRead("2026-07-28", caller.token, uri.replace("{uuid}", uuid(caller, n)));
  return { what: uri, writes: false, make, enough: () => true };
}

function prompt(
  what: string,
  name: string,
  args: (caller: Caller, n: number) => Record<string, string>,
): Kind {
  const make = (caller: Caller, n: number) =>
    promptGet("2026-07-28", caller.token, name, args(caller, n));
  return { what, writes: false, make, enough: () => true };
}

function completion(what: string, value: string): Kind {
  const make = ({ token }: Caller) => recordCompletion("2026-07-28", token, value);
  return { what: `completion, ${what}`, writes: false, make, enough: () => true };
}

function nth<T>(list: T[], n: number): T {
  return list[n % list.length];
}

const record = ({ recordUuids }: Caller, n: number) => nth(recordUuids, n);
const campaign = ({ campaignUuids }: Caller, n: number) => nth(campaignUuids, n);
const call = ({ callUuids }: Caller, n: number) => ({ callUuid: nth(callUuids, n) });

const KINDS: Kind[] = [
  tool("list-records, first page", "list-records", () => ({})),
  tool("list-records, page in the middle", "list-records", ({ records }) => ({
    page: Math.ceil(deepest(records) / 2),
  })),
  tool("list-records, last page", "list-records", ({ records }) => ({ page: deepest(records) })),
  tool("list-records, by status, deep page", "list-records", ({ records }) => ({
    status: "active",
    page: Math.floor(deepest(records) * 0.8),
  })),
  tool("list-records, by type", "list-records", ({ recordTypeUuid }) => ({ recordTypeUuid })),
  tool("list-records, rare term", "list-records", ({ emails }, n) => ({ search: nth(emails, n) })),
  tool("list-records, common term", "list-records", () => ({ search: "example.com" })),
  tool("list-records, common term, page 50", "list-records", () => ({
    search: "example.com",
    page: 50,
  })),
  tool("list-records, common term, page in the middle", "list-records", ({ records }) => ({
    search: "example.com",
    page: Math.ceil(deepest(records) / 3),
  })),
  tool("list-records, common term of one letter", "list-records", () => ({ search: "a" })),
  tool("list-records, rare term of two letters", "list-records", () => ({ search: "zq" })),
  tool("list-records, a phone number", "list-records", ({ phoneNumbers }, n) => ({
    search: nth(phoneNumbers, n),
  })),
  tool("list-records, a name of one in 1,200", "list-records", () => ({ search: "Maria Nunes" })),
  tool("get-record", "get-record", (caller, n) => ({ uuid: record(caller, n) })),
  tool("create-record", "create-record", ({ recordTypeUuid, run }, n) => ({
    name: `Bench ${n}`,
    phoneNumber: `+1628${2_000_000 + (run * 1000 + n) % 7_000_000}`,
    recordTypeUuid,
  }), true),
  tool("update-record", "update-record", (caller, n) => ({
    uuid: record(caller, n),
    parameters: { bench: n + caller.run },
  }), true),
  tool("list-call-orders, first page", "list-call-orders", () => ({})),
  tool("list-call-orders, last page", "list-call-orders", ({ records }) => ({
    page: deepest(2 * records),
  })),
  tool("list-call-orders, by status, deep page", "list-call-orders", ({ records }) => ({
    status: "contacted",
    page: deepest(records),
  })),
  tool("list-call-orders, by campaign and status", "list-call-orders", (caller, n) => ({
    campaignUuid: campaign(caller, n),
    status: "contacted",
    page: 2,
  })),
  tool("list-call-orders, of a record", "list-call-orders", (caller, n) => ({
    recordUuid: record(caller, n),
  })),
  tool("create-call-order", "create-call-order", ({ unplanned }, n) => ({
    recordUuid: unplanned[n]?.recordUuid,
    campaignUuid: unplanned[n]?.campaignUuid,
  }), true),
  // There and back, so that the next run finds it planned.
  tool("update-call-order-status", "update-call-order-status", ({ openOrderUuids }, n) => ({
    uuid: openOrderUuids[Math.floor(n / 2)],
    status: n % 2 === 0 ? "canceled" : "planned",
  }), true),
  tool("initiate-call", "initiate-call", ({ openOrderUuids }, n) => ({
    callOrderUuid: openOrderUuids[openOrderUuids.length - 1 - n],
  }), true),
  tool("get-call-details", "get-call-details", call),
  tool("get-call-recording", "get-call-recording", call),
  tool("get-call-transcript", "get-call-transcript", call),
  tool("get-call-outcomes", "get-call-outcomes", call),
  tool("list-campaigns", "list-campaigns", () => ({})),
  tool("list-record-types", "list-record-types", () => ({})),
  tool("read-resource", "read-resource", () => ({ uri: "studio://costs/total" })),
  resource("studio://campaigns/stats", () => ""),
  resource("studio://campaigns/{uuid}/stats", campaign),
  resource("studio://campaigns/{uuid}/outcomes", campaign),
  resource("studio://records/{uuid}/outcomes", record),
  resource("studio://records/{uuid}", record),
  resource("studio://campaigns/{uuid}/cost", campaign),
  resource("studio://costs/total", () => ""),
  prompt("prompt review-campaign", "review-campaign", (caller, n) => ({
    campaign: campaign(caller, n),
  })),
  prompt("prompt prepare-call", "prepare-call", (caller, n) => ({ record: record(caller, n) })),
  prompt("prompt follow-up-list", "follow-up-list", (caller, n) => ({
    campaign: campaign(caller, n),
  })),
  completion("of nothing", ""),
  completion("common", "mar"),
  completion("rare", "zq"),
];

/** What other clients ask for, beside the largest. */
const OF_OTHERS = [
  "list-records, first page",
  "list-records, rare term",
  "list-records, common term",
  "list-records, rare term of two letters",
  "list-records, a name of one in 1,200",
  "get-record",
  "list-call-orders, first page",
  "get-call-details",
];

/** Whom each is asked for: the smallest client, and one of the same size while all others grow. */
const OTHERS = { small: "smallest client", same: "a client that does not grow" } as const;

/** Measures every kind in both databases, round after round. */
export async function growth(
  loader: Loader,
  databases: { small: string; large: string },
  rounds: number,
  say: (text: string) => void,
): Promise<Growth[]> {
  const servers: Record<"small" | "large", Running | undefined> = {
    small: undefined,
    large: undefined,
  };
  try {
    const callers = { huge: {}, small: {}, same: {} } as Record<
      "huge" | "small" | "same",
      Record<string, Caller>
    >;
    for (const world of ["small", "large"] as const) {
      callers.huge[world] = await callerOf(databases[world], RANKS.huge);
      callers.small[world] = await callerOf(databases[world], RANKS.small);
      callers.same[world] = await callerOf(databases[world], SAME[world]);
      const { token } = callers.huge[world];
      servers[world] = await startStudio(asLogin(databases[world]), firstCall(token));
    }
    const cells = [
      ...KINDS.map((kind) => ({ kind, who: "huge" as const, what: kind.what })),
      ...(["small", "same"] as const).flatMap((who) =>
        KINDS.filter(({ what }) => OF_OTHERS.includes(what)).map((kind) => ({
          kind,
          who,
          what: `${kind.what} (${OTHERS[who]})`,
        }))
      ),
    ];
    const results: Growth[] = [];
    for (const { kind, who, what } of cells) {
      const count = kind.writes ? WRITES : REQUESTS;
      const most = (rounds + 1) * count - 1;
      if (!Object.values(callers[who]).every((caller) => kind.enough(caller, most))) {
        say(`growth: ${what}: left out, because so little data have too few rows to change`);
        continue;
      }
      const times = { small: [] as number[], large: [] as number[] };
      // The first round warms up.
      for (let round = 0; round <= rounds; round++) {
        // Now one goes first, now the other.
        const order = round % 2 === 0 ? ["small", "large"] as const : ["large", "small"] as const;
        const targets = order.map((world) => ({
          port: servers[world]!.port,
          requests: Array.from(
            { length: count },
            (_, i) => kind.make(callers[who][world], round * count + i),
          ),
        }));
        const done = await loader.run({ targets, connections: 1, count }).catch((error) => {
          throw new Error(`${what}: ${error.message}`);
        });
        if (round === 0) continue;
        for (const [i, world] of order.entries()) times[world].push(done[i].median);
      }
      const ratio = median(times.large.map((large, i) => large / times.small[i]));
      results.push({ what, small: median(times.small), large: median(times.large), ratio });
      say(`growth: ${what}: ${ratio.toFixed(2)}`);
    }
    return results;
  } finally {
    await Promise.all(Object.values(servers).map((server) => server?.stop()));
  }
}
