/**
 * Thousands of wrong calls, each answered so that whoever made it can mend it, and none of them written.
 * `BAD_CALLS` makes it another number than {@link CALLS}.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { type BadCall, badCalls } from "../support/bad_calls.ts";
import { serverDatabases } from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";
import { addCall, addOrder } from "../support/studio.ts";
import { contentsOf } from "../support/watched_store.ts";
import { type Answer, ask, type Endpoint, openEndpoint } from "../mcp/harness.ts";

const CALLS = Number(Deno.env.get("BAD_CALLS") ?? 10_000);
/** Through a real PostgreSQL; the others on the store in memory. */
const SHARE = 0.15;

/** What no caller may read: SQL, stacks, names of our own and of the database. */
const INTERNAL =
  /\bat \S+\.ts|\.ts:\d|\bselect\b.*\bfrom\b|insert into|violates|constraint|\brelation\b|SQLSTATE|\bpg_|postgres|\b(22|23|42)[0-9A-Z]{3}\b|TypeError|RangeError|Cannot (read|convert)|undefined|\[object|ZodError|went wrong/i;

const NOT_FOUND =
  /^(Record|Record type|Campaign|Call|Call order) not found or access denied$|^There is no resource/;

/** Everything that a call needs to be right, of a company with a call. */
async function ready(endpoint: Endpoint): Promise<Record<string, unknown>> {
  const order = await addOrder(endpoint);
  const call = await addCall(endpoint);
  return {
    "get-record uuid": order.recordId,
    "update-record uuid": order.recordId,
    "update-call-order-status uuid": order.id,
    status: "planned",
    name: "Bo",
    phoneNumber: "+14155550999",
    recordTypeUuid: endpoint.company.type.id,
    recordUuid: order.recordId,
    campaignUuid: endpoint.company.campaign.id,
    callOrderUuid: order.id,
    callUuid: call.id,
    uri: "studio://costs/total",
  };
}

/** The text of a refusal; fails unless it is one, by the protocol's rules. */
function refusalOf({ status, result, error }: Answer): string {
  assert(status < 500, `HTTP ${status}`);
  if (error !== undefined) {
    assertEquals(error.code, -32602, error.message);
    return error.message;
  }
  assertEquals([status, result.isError], [200, true]);
  assertEquals(result.content.length, 1);
  return result.content[0].text;
}

function assertNamed({ field, nowhere }: BadCall, text: string): void {
  if (field === null) return assert(/arguments/.test(text), text);
  if (nowhere && NOT_FOUND.test(text)) return;
  // The field by itself, or quoted and perhaps cut off, as everything that a caller made up.
  const quoted = JSON.stringify(field).slice(0, 60);
  const named = text.split("\n").some((line) =>
    line.startsWith(`${field}:`) || line.startsWith(`${field} `) || line.startsWith(quoted)
  );
  assert(named || NOT_FOUND.test(text) && field === "uri", `does not name ${quoted}: ${text}`);
}

/** What the answer says, without what it repeats of the call. */
function ownWords(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*("|…|$)/g, "").replaceAll(/, got .*/g, "");
}

async function refuseAll(endpoint: Endpoint, count: number): Promise<void> {
  const good = await ready(endpoint);
  const before = await contentsOf(endpoint.store);
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`${count} calls, seed ${seed}`);
  const era = fc.constantFrom("modern" as const, "legacy" as const);
  let done = 0;
  await fc.assert(
    fc.asyncProperty(badCalls(good), era, async (call, era) => {
      const params = { name: call.tool, arguments: call.args };
      const text = refusalOf(await ask(endpoint, "tools/call", params, { era }));
      assertNamed(call, text);
      assert(!INTERNAL.test(ownWords(text)), text);
      assert(text.length < 2000, `${text.length} characters`);
      if (++done % Math.ceil(count / 10) === 0) {
        assertEquals(await contentsOf(endpoint.store), before, "nothing was written");
      }
    }),
    { numRuns: count, seed },
  );
  assertEquals(await contentsOf(endpoint.store), before, "nothing was written");
  assertEquals(endpoint.gateway.dialled.length, 1, "nobody was called");
  assertEquals(endpoint.reported.filter(({ event }) => event === "tool failed"), []);
}

const MEMORY = Math.round(CALLS * (1 - SHARE));
Deno.test(`${MEMORY} wrong calls are refused by the field at fault, and write nothing`, async () => {
  await refuseAll(await openEndpoint(), MEMORY);
});

const POSTGRES = CALLS - MEMORY;
const title = `${POSTGRES} wrong calls through PostgreSQL tell nothing of it, and write nothing`;
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = (await serverDatabases())!;
    const { lanes, close } = await databases.fresh();
    try {
      await refuseAll(await openEndpoint({ uow: new PostgresUnitOfWork(lanes) }), POSTGRES);
    } finally {
      await close();
      await databases.stop();
    }
  });
});
