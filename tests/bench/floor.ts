/**
 * The floor: the least that a Deno server can do that checks the same token and runs the same SQL
 * over the same lanes. No MCP, no schemas, no mapping of rows. How close the real server comes to
 * it says what all the rest costs.
 *
 * @module
 */
import { Hono } from "@hono/hono";
import { Lanes } from "../../adapters/postgres/lanes.ts";
import type { Sql, Statement } from "../../adapters/postgres/sql.ts";
import { authenticate } from "../../src/access/authenticate.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { SystemClock } from "../../adapters/clock.ts";
import { filled, sameQueries } from "./same_queries.ts";

const lanes = new Lanes({ url: Deno.env.get("DATABASE_URL") ?? "" }, { size: 10 });
const ports = { uow: new PostgresUnitOfWork(lanes), clock: new SystemClock() };
const queries = sameQueries();
const app = new Hono();

/** Sends a ready statement: the tag wants its text in pieces, between the values. */
function send(sql: Sql, { text, parameters }: Statement): Promise<readonly object[]> {
  const strings = text.split(/\$\d+/);
  const values = Array.from(text.matchAll(/\$(\d+)/g), ([, n]) => parameters[Number(n) - 1]);
  return sql(Object.assign(strings, { raw: strings }), ...values);
}

app.post("/call", async (c) => {
  const token = c.req.header("authorization")?.slice("Bearer ".length) ?? "";
  const principal = await authenticate(ports, token);
  const { name, uuid, limit } = await c.req.json();
  const statements = queries[name as keyof typeof queries];
  const values = { client: principal.clientId ?? "", record: uuid, limit: String(limit) };
  const rows = await lanes.flight(
    { role: "app_tenant", clientId: values.client },
    (sql) => Promise.all(statements.map((each) => send(sql, filled(each, values)))),
  );
  return c.body(
    JSON.stringify({ rows }, (_, value) => typeof value === "bigint" ? String(value) : value),
    200,
    { "Content-Type": "application/json" },
  );
});

Deno.serve({ port: Number(Deno.env.get("PORT")), hostname: "127.0.0.1", onListen() {} }, app.fetch);
