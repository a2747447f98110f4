/**
 * 100,000 calls of clients who know each other's uuids, by three ways: most of them straight into the
 * tools, a tenth through the endpoint in both protocol eras, and a fifth through the endpoint on
 * PostgreSQL, with its row-level security, several at a time over connections that all clients share.
 * `CROSS_CLIENT_CALLS` makes it another number, `CROSS_CLIENT_POSTGRES` another number on PostgreSQL:
 * with 100000, all of them take that way.
 */
import { assert, assertEquals } from "@std/assert";
import { buildCatalogue } from "../../adapters/mcp/catalogue.ts";
import { complete } from "../../adapters/mcp/completions.ts";
import { callTool } from "../../adapters/mcp/dispatch.ts";
import { readResource } from "../../adapters/mcp/resources.ts";
import { TOOLS } from "../../adapters/mcp/tools/mod.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { ask, openEndpoint } from "../mcp/harness.ts";
import { askAll, type Asker, randomFrom, threeClients, type Way } from "../support/cross_client.ts";
import { serverDatabases } from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";
import { openStudio, type Studio } from "../support/studio.ts";

const CALLS = Number(Deno.env.get("CROSS_CLIENT_CALLS") ?? 100_000);
const THROUGH_ENDPOINT = Math.round(CALLS / 10);
const THROUGH_POSTGRES = Number(Deno.env.get("CROSS_CLIENT_POSTGRES") ?? Math.round(CALLS / 5));
const STRAIGHT = Math.max(0, CALLS - THROUGH_ENDPOINT - THROUGH_POSTGRES);
/** Of those on PostgreSQL; more than there are connections. */
const AT_A_TIME = 16;

/** Straight into the tools, past the protocol. */
function straight({ app }: Studio): Way {
  const catalogue = buildCatalogue(TOOLS);
  const { signal } = new AbortController();
  const watch = {
    report: (event: string, { error }: { error: unknown }) => {
      throw new Error(event, { cause: error });
    },
    fate: {},
    denied: () => {},
  };
  return async ({ principal }, question) => {
    try {
      switch (question.method) {
        case "tools/call": {
          const { name, args } = question;
          const progress = () => Promise.resolve();
          const context = { app, principal, signal, progress };
          const call = { name, arguments: args };
          const { isError, content: [item] } = await callTool(
            catalogue,
            "all",
            call,
            context,
            watch,
          );
          return { refused: isError ?? false, text: "text" in item ? String(item.text) : "" };
        }
        case "resources/read": {
          const document = await readResource(app, principal, question.uri);
          return { refused: false, text: JSON.stringify(document) };
        }
        case "completion/complete": {
          const found = await complete(app, principal, completionOf(question));
          return { refused: false, text: JSON.stringify(found) };
        }
      }
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { refused: true, text: error.message };
    }
  };
}

function completionOf({ uri, value }: { uri: string; value: string }) {
  return { ref: { type: "ref/resource" as const, uri }, argument: { name: "uuid", value } };
}

/** Through the endpoint, in the eras by turns. */
async function throughEndpoint(
  uow?: UnitOfWork,
): Promise<{ askers: Asker[]; way: Way; failures: () => unknown[] }> {
  const endpoint = await openEndpoint({ uow });
  const askers = await threeClients(endpoint);
  for (const { token, principal } of askers) endpoint.people[token] = principal;
  let turn = 0;
  const way: Way = async ({ token }, question) => {
    const { method, ...rest } = question;
    const params = question.method === "tools/call"
      ? { name: question.name, arguments: question.args }
      : question.method === "resources/read"
      ? rest
      : completionOf(question);
    const era = turn++ % 2 ? "modern" : "legacy";
    const answer = await ask(endpoint, method, params, { who: token, era });
    assert(answer.status < 500, `HTTP ${answer.status}`);
    const { result, error } = answer;
    if (error !== undefined) {
      assert(error.code !== -32603, error.message);
      return { refused: true, text: `${error.message} ${JSON.stringify(error.data ?? null)}` };
    }
    const text = method === "tools/call" ? result.content[0].text : JSON.stringify(result);
    return { refused: result.isError ?? false, text };
  };
  // Such as of a write that was kept off another client's row by the last fence alone.
  const failures = () => endpoint.reported.filter(({ event }) => event === "tool failed");
  return { askers, way, failures };
}

async function run(askers: Asker[], way: Way, count: number, atATime = 1): Promise<void> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`${count} calls, seed ${seed}`);
  const tally = await askAll(askers, way, count, randomFrom(seed), atATime);
  assertEquals(tally.answered + tally.refused, count);
  // Otherwise nothing would have been shown.
  assert(tally.answered >= count / 5 && tally.foreign >= count / 10, JSON.stringify(tally));
}

Deno.test(`${STRAIGHT} calls with each other's uuids show nobody another client's row`, async () => {
  const studio = await openStudio();
  await run(await threeClients(studio), straight(studio), STRAIGHT);
});

Deno.test(`nor do ${THROUGH_ENDPOINT} through the endpoint, in both eras`, async () => {
  const { askers, way, failures } = await throughEndpoint();
  await run(askers, way, THROUGH_ENDPOINT);
  assertEquals(failures(), []);
});

const title = `nor do ${THROUGH_POSTGRES} through the endpoint and PostgreSQL`;
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = (await serverDatabases())!;
    const { lanes, close } = await databases.fresh();
    try {
      const { askers, way, failures } = await throughEndpoint(new PostgresUnitOfWork(lanes));
      await run(askers, way, THROUGH_POSTGRES, AT_A_TIME);
      assertEquals(failures(), []);
    } finally {
      await close();
      await databases.stop();
    }
  });
});
