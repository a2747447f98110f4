import { assertEquals, assertThrows } from "@std/assert";
import { StoreError } from "../../adapters/postgres/errors.ts";
import { beginText, type TxScope } from "../../adapters/postgres/scope.ts";
import { compile, fragment, json, parseTextArray } from "../../adapters/postgres/sql.ts";

const CLIENT = "0199a3c4-0000-7000-8000-000000000001";
const MODE = { readOnly: true, timeoutMs: 4000 };

Deno.test("values of a template and of the fragments in it are numbered in order", () => {
  const filter = fragment`status = ${"open"} and ${fragment`age > ${7}`}`;
  assertEquals(compile(fragment`select ${1} where ${filter} limit ${20n}`), {
    text: "select $1 where status = $2 and age > $3 limit $4",
    parameters: ["1", "open", "7", "20"],
  });
});

Deno.test("a value never becomes part of a statement's text", () => {
  const { text, parameters } = compile(fragment`select ${"'; drop table calls; --"}`);
  assertEquals(text, "select $1");
  assertEquals(parameters, ["'; drop table calls; --"]);
});

Deno.test("every kind of value has the text that PostgreSQL reads", () => {
  const at = new Date("2026-03-02T12:00:00.123Z");
  const { parameters } = compile(
    fragment`${null} ${true} ${9007199254740993n} ${at} ${new Uint8Array([0, 255])}
      ${json([{ a: null }])} ${["a", 'q"\\', null, "NULL", ""]} ${[]}`,
  );
  assertEquals(parameters, [
    null,
    "true",
    "9007199254740993",
    "2026-03-02T12:00:00.123Z",
    "\\x00ff",
    '[{"a":null}]',
    '{"a","q\\"\\\\",NULL,"NULL",""}',
    "{}",
  ]);
});

Deno.test("a value without an SQL form is refused instead of stored as its name", () => {
  const values: unknown[] = [undefined, { a: 1 }, () => 1, Symbol("x")];
  for (const wrong of values) {
    assertThrows(
      () => compile(fragment`select ${wrong as string}`),
      StoreError,
      "cannot be an SQL",
    );
  }
});

Deno.test("PostgreSQL's text arrays are read back element by element", () => {
  assertEquals(parseTextArray("{}"), []);
  assertEquals(parseTextArray('{a,"b c",NULL,"NULL","","x\\"y\\\\z","1,2\n3"}'), [
    "a",
    "b c",
    null,
    "NULL",
    "",
    'x"y\\z',
    "1,2\n3",
  ]);
});

Deno.test("a transaction opens in its scope's role, with settings that end with it", () => {
  assertEquals(
    beginText({ role: "app_tenant", clientId: CLIENT }, MODE),
    "begin isolation level repeatable read, read only; set local role app_tenant; " +
      "set local plan_cache_mode = force_generic_plan; " +
      "set local max_parallel_workers_per_gather = 0; set local jit = off; " +
      "set local statement_timeout = 4000; " +
      "set local idle_in_transaction_session_timeout = 4000; " +
      `set local app.client_id = '${CLIENT}'`,
  );
  assertEquals(
    beginText({ role: "app_master" }, { readOnly: false, timeoutMs: undefined }),
    "begin; set local role app_master",
  );
});

Deno.test("neither a client nor a role can smuggle SQL into a transaction's opening", () => {
  const smuggled = `${CLIENT}'; set role postgres; --`;
  const wrong: TxScope[] = [
    { role: "app_tenant", clientId: smuggled },
    { role: "app_tenant", clientId: "" },
    { role: "postgres" as "app_master" },
    { role: "toString" as "app_master" },
  ];
  for (const scope of wrong) assertThrows(() => beginText(scope, MODE), StoreError);
});
