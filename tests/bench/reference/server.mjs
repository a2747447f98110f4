/**
 * What people would otherwise write: the MCP SDK's first generation on Express under Node, `pg` for
 * the database. Stateless as its documentation shows, JSON answers, one pool, the same SQL as the
 * server's own (from the file that QUERIES names), and the same look-up of the token.
 *
 * It is given every advantage: two tools instead of fifteen, no row-level security and so no
 * transactions, no rate limits, no checks of Host, Origin or size, no log.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import express from "express";
import pg from "pg";
import { z } from "zod";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const queries = JSON.parse(readFileSync(process.env.QUERIES, "utf8"));
// As `pg` is documented, statements have no name. With one they are prepared once per connection.
const prepared = process.env.PREPARED === "1";
for (const tool of ["get-record", "list-records"]) {
  queries[tool].forEach((statement, i) => {
    if (prepared) statement.name = `${tool} ${i}`;
  });
}

const IDENTIFY = `
  select t.id, t.read_only, t.permissions, t.expires_at, t.revoked_at, u.id as user_id, u.client_id,
    u.master, r.admin, r.permissions as role_permissions
  from tokens t join users u on u.id = t.user_id join roles r on r.id = u.role_id
  where t.hash = $1`;

async function authenticate(request, response, next) {
  const token = /^Bearer (\S+)$/.exec(request.get("authorization") ?? "")?.[1];
  const hash = createHash("sha256").update(token ?? "").digest("hex");
  const { rows: [found] } = await pool.query({
    name: prepared ? "identify" : undefined,
    text: IDENTIFY,
    values: [hash],
  });
  const live = found && !found.revoked_at && !(found.expires_at && found.expires_at <= new Date());
  if (!live) {
    response.status(401).set("WWW-Authenticate", "Bearer").json({ error: "invalid_token" });
    return;
  }
  request.user = found;
  next();
}

function ask(statement, values) {
  const parameters = statement.parameters.map((value) => values[value] ?? value);
  return pool.query({ name: statement.name, text: statement.text, values: parameters });
}

function recordOf(row) {
  return {
    uuid: row.id,
    name: row.name,
    firstName: row.first_name ?? undefined,
    lastName: row.last_name ?? undefined,
    email: row.email ?? undefined,
    phoneNumber: row.phone_number,
    country: row.country ?? undefined,
    status: row.status,
    parameters: row.parameters,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

const record = {
  uuid: z.string(),
  name: z.string(),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  email: z.string().optional(),
  phoneNumber: z.string(),
  country: z.string().optional(),
  status: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  createdAt: z.string(),
  updatedAt: z.string(),
};

const listed = { ...record, recordTypeUuid: z.string() };
const recordType = z.object({ uuid: z.string(), name: z.string() });

function result(value) {
  return { content: [{ type: "text", text: JSON.stringify(value) }], structuredContent: value };
}

function serverFor(user) {
  const server = new McpServer({ name: "reference", version: "1.0.0" });
  const places = { [queries.places.client]: user.client_id };
  server.registerTool("get-record", {
    title: "Get a record",
    description: "Get one record with its type and counts.",
    inputSchema: { uuid: z.uuid() },
    outputSchema: { ...record, recordType, counts: z.record(z.string(), z.unknown()) },
    annotations: { readOnlyHint: true },
  }, async ({ uuid }) => {
    const values = { ...places, [queries.places.record]: uuid };
    const [found, counts] = await Promise.all(
      queries["get-record"].map((statement) => ask(statement, values)),
    );
    if (found.rows.length === 0) {
      return {
        content: [{ type: "text", text: "Record not found or access denied" }],
        isError: true,
      };
    }
    const [row] = found.rows;
    const recordType = { uuid: row.type_id, name: row.type_name };
    return result({ ...recordOf(row), recordType, counts: counts.rows[0] });
  });
  server.registerTool("list-records", {
    title: "List records",
    description: "List records, newest first.",
    inputSchema: { limit: z.number().int().min(1).max(100).default(20) },
    outputSchema: { records: z.array(z.object(listed)), total: z.number() },
    annotations: { readOnlyHint: true },
  }, async ({ limit }) => {
    const values = { ...places, [queries.places.limit]: String(limit) };
    const { rows } = await ask(queries["list-records"][0], values);
    const records = rows.map((row) => ({ ...recordOf(row), recordTypeUuid: row.type_id }));
    return result({ records, total: rows[0].total });
  });
  return server;
}

const app = express();
app.use(express.json());
app.post("/mcp", authenticate, async (request, response) => {
  const server = serverFor(request.user);
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: undefined,
    enableJsonResponse: true,
  });
  response.on("close", () => {
    transport.close();
    server.close();
  });
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.listen(Number(process.env.PORT), "127.0.0.1");
