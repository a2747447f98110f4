import { assert, assertEquals } from "@std/assert";
import { buildCatalogue } from "../../adapters/mcp/catalogue.ts";
import { TOOLS } from "../../adapters/mcp/tools/mod.ts";
import { type Permission, PERMISSIONS, type Principal } from "../../src/access/principal.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { NOBODY, openStudio } from "../support/studio.ts";
import { ask, call, openEndpoint, refusal } from "./harness.ts";

/** Arguments that are well-formed and name nothing that exists. */
const WELL_FORMED: Record<string, Record<string, unknown>> = {
  "list-records": {},
  "get-record": { uuid: NOBODY },
  "create-record": { name: "Bo", phoneNumber: "+14155550132", recordTypeUuid: NOBODY },
  "update-record": { uuid: NOBODY, name: "Bo" },
  "list-call-orders": {},
  "create-call-order": { recordUuid: NOBODY, campaignUuid: NOBODY },
  "update-call-order-status": { uuid: NOBODY, status: "canceled" },
  "initiate-call": { callOrderUuid: NOBODY },
  "get-call-details": { callUuid: NOBODY },
  "get-call-recording": { callUuid: NOBODY },
  "get-call-transcript": { callUuid: NOBODY },
  "get-call-outcomes": { callUuid: NOBODY },
  "list-campaigns": {},
  "list-record-types": {},
  "read-resource": { uri: "studio://costs/total" },
};

/** The permission table of the product page. */
const TABLE: Record<string, Permission | undefined> = {
  "initiate-call": "calls.manage",
  "get-call-details": "calls.view",
  "get-call-recording": "calls.view",
  "get-call-transcript": "calls.view",
  "get-call-outcomes": "calls.view",
};

Deno.test("tools declare the permissions of the product page", () => {
  for (const { name, permission } of TOOLS) assertEquals(permission, TABLE[name] ?? null, name);
});

Deno.test("what a tool declares is what its use case demands of every kind of caller", async () => {
  const studio = await openStudio();
  const subsets: Permission[][] = [[], ["calls.view"], ["calls.manage"], [...PERMISSIONS]];
  for (const tool of TOOLS) {
    for (const held of subsets) {
      for (const readOnly of [false, true]) {
        const principal: Principal = { ...studio.admin, permissions: new Set(held), readOnly };
        const context = {
          app: studio.app,
          principal,
          signal: new AbortController().signal,
          progress: () => Promise.resolve(),
        };
        const refused = await tool.call(context, WELL_FORMED[tool.name]).then(
          () => null,
          (error) => error instanceof DomainError && error.code === "forbidden" ? error : null,
        );
        const { permission, hints } = tool;
        const expected = readOnly && !hints.readOnlyHint
          ? "Forbidden: This token is read-only"
          : permission !== null && !held.includes(permission)
          ? `Forbidden: Missing required permission [${permission}]`
          : undefined;
        assertEquals(refused?.message, expected, `${tool.name} ${held} ${readOnly}`);
      }
    }
  }
});

Deno.test("a caller is listed what it may call, and nothing else", () => {
  const catalogue = buildCatalogue(TOOLS);
  for (const permissions of [[], ["calls.view"], ["calls.manage"], PERMISSIONS] as Permission[][]) {
    for (const readOnly of [false, true]) {
      const listed = catalogue.offerTo(
        { permissions: new Set(permissions), readOnly },
        "all",
      ).tools;
      const expected = TOOLS.filter(({ permission, hints }) =>
        (permission === null || permissions.includes(permission)) &&
        (!readOnly || hints.readOnlyHint)
      );
      assertEquals(listed.map(({ name }) => name), expected.map(({ name }) => name));
    }
  }
});

Deno.test("each caller's own list comes over the wire", async () => {
  const endpoint = await openEndpoint();
  const lengths: Record<string, number> = {};
  for (const who of ["admin", "viewer", "clerk", "readOnly", "master"]) {
    for (const era of ["modern", "legacy"] as const) {
      const { result } = await ask(endpoint, "tools/list", {}, { who, era });
      lengths[`${who} ${era}`] = result.tools.length;
    }
  }
  assertEquals(lengths, {
    "admin modern": 15,
    "admin legacy": 15,
    "viewer modern": 14,
    "viewer legacy": 14,
    "clerk modern": 10,
    "clerk legacy": 10,
    "readOnly modern": 10,
    "readOnly legacy": 10,
    "master modern": 15,
    "master legacy": 15,
  });
});

Deno.test("a tool that is not listed is refused with the exact text, as a result", async () => {
  const endpoint = await openEndpoint();
  for (const era of ["modern", "legacy"] as const) {
    const refused = (name: string, who: string) =>
      refusal(endpoint, name, WELL_FORMED[name], { who, era });
    assertEquals(
      await refused("initiate-call", "viewer"),
      "Forbidden: Missing required permission [calls.manage]",
    );
    assertEquals(
      await refused("get-call-details", "clerk"),
      "Forbidden: Missing required permission [calls.view]",
    );
    assertEquals(await refused("create-record", "readOnly"), "Forbidden: This token is read-only");
  }
});

Deno.test("whoever may not call a tool is told so, whatever the arguments", async () => {
  const endpoint = await openEndpoint();
  const cases: [string, string, string][] = [
    ["create-record", "readOnly", "Forbidden: This token is read-only"],
    ["initiate-call", "readOnly", "Forbidden: This token is read-only"],
    ["initiate-call", "clerk", "Forbidden: Missing required permission [calls.manage]"],
    ["get-call-transcript", "clerk", "Forbidden: Missing required permission [calls.view]"],
  ];
  for (const [name, who, expected] of cases) {
    for (const args of [undefined, {}, { colour: "red" }, { uuid: [], callUuid: 1.5 }]) {
      const params = { name, arguments: args };
      const { result } = await ask(endpoint, "tools/call", params, { who });
      assertEquals([result.isError, result.content[0].text], [true, expected]);
    }
  }
});

Deno.test("resources need no permission, also through the tool", async () => {
  const endpoint = await openEndpoint();
  const uri = "studio://costs/total";
  const { result } = await ask(endpoint, "resources/read", { uri }, { who: "clerk" });
  assertEquals(result.contents[0].mimeType, "application/json");
  const { data } = await call(endpoint, "read-resource", { uri }, { who: "clerk" });
  assertEquals(data, JSON.parse(result.contents[0].text));
  assert("balance" in data);
});
