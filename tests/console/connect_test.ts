import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RESOURCES } from "../../adapters/mcp/resources.ts";
import { TOOLS } from "../../adapters/mcp/tools/mod.ts";
import { type ConsoleUnderTest, openConsole } from "./harness.ts";
import type { NewToken } from "../../src/access/manage_tokens.ts";

const CONNECT = "/connect";

/** A token of Anna's. */
async function tokenOf(
  { app, anna, master }: ConsoleUnderTest,
  options: Partial<NewToken> = {},
) {
  return await app.access.issueToken(master, { user: anna.email, name: "Laptop", ...options });
}

function linksOf(text: string): string[] {
  return [...text.matchAll(/href="((?:cursor|vscode):[^"]+)"/g)]
    .map(([, href]) => href.replaceAll("&amp;", "&"));
}

Deno.test("the page names this server's address, and marks where the token belongs", async () => {
  const { signedIn, anna } = await openConsole();
  const { text } = await (await signedIn(anna)).get(CONNECT);
  assertStringIncludes(text, "https://studio.example.com/mcp");
  assert(text.split("<mark>YOUR_API_TOKEN</mark>").length >= 6);
  for (const { name } of TOOLS) assertStringIncludes(text, `<code>${name}</code>`);
  for (const { uri } of RESOURCES) assertStringIncludes(text, `<code>${uri}</code>`);
});

Deno.test("one click installs it in Cursor and VS Code, which are given the address and no token", async () => {
  const house = await openConsole();
  const person = await house.signedIn(house.anna);
  const { secret } = await tokenOf(house);
  const { text } = await person.post(CONNECT, { token: secret });
  const [cursor, code] = linksOf(text);
  const query = new URL(cursor).searchParams;
  assertEquals(query.get("name"), "call-camp-studio");
  assertEquals(JSON.parse(atob(query.get("config")!)), {
    url: "https://studio.example.com/mcp",
    headers: { Authorization: "Bearer YOUR_API_TOKEN" },
  });
  const { inputs, ...config } = JSON.parse(decodeURIComponent(code.split("?")[1]));
  assertEquals(config, {
    name: "call-camp-studio",
    type: "http",
    url: "https://studio.example.com/mcp",
    headers: { Authorization: "Bearer ${input:token}" },
  });
  assertEquals([inputs[0].id, inputs[0].password], ["token", true]);
});

for (const origin of ["https://studio.example.com", "http://127.0.0.1:8787"]) {
  Deno.test(`a token that works is told of, and filled in: ${origin}`, async () => {
    const house = await openConsole(new URL(origin));
    const person = await house.signedIn(house.anna);
    const { secret } = await tokenOf(house);
    const { status, text, headers } = await person.post(CONNECT, { token: ` Bearer ${secret}\n` });
    assertEquals([status, headers.get("cache-control")], [200, "no-store"]);
    for (const said of ["It works", "Anna", house.company.client.name, "15: list-records"]) {
      assertStringIncludes(text, said);
    }
    assertStringIncludes(text, "2026-07-28 and 2025-11-25");
    assertStringIncludes(text, `<mark>${secret}</mark>`);
    assert(!new RegExp(`(href|src|action)="[^"]*${secret}`).test(text));
    assert(!(await person.get(CONNECT)).text.includes(secret));
    assert(!JSON.stringify(house.logged).includes(secret));
  });
}

Deno.test("a narrow, read-only token is told of as what it is", async () => {
  const house = await openConsole();
  const person = await house.signedIn(house.anna);
  const { secret } = await tokenOf(house, { readOnly: true, permissions: ["calls.view"] });
  const { text } = await person.post(CONNECT, { token: secret });
  assertStringIncludes(text, "Read only");
  assertStringIncludes(text, "<dd>calls.view</dd>");
  assert(!/Tools<\/dt><dd>[^<]*initiate-call/.test(text));
});

Deno.test("a token that is refused is told in the endpoint's own words, with what to do", async () => {
  const house = await openConsole();
  const person = await house.signedIn(house.anna);
  const { secret, token } = await tokenOf(house);
  await house.app.access.revokeToken(house.master, token.id);
  for (const wrong of [secret, "ccs_nonsense", "x\r\ny: z"]) {
    const { text } = await person.post(CONNECT, { token: wrong });
    assertStringIncludes(text, "Refused (401)", wrong);
    assert(!text.includes("<mark>ccs_"));
  }
  const nobody = await house.app.access.issueToken(house.master, {
    user: house.nia.email,
    name: "N",
  });
  const { text } = await person.post(CONNECT, { token: nobody.secret });
  assertStringIncludes(text, "Refused (403)");
  for (const none of ["", " ", "ü", "YOUR_API_TOKEN"]) {
    assertEquals((await person.post(CONNECT, { token: none })).status, 422);
  }
});

Deno.test("a master's token sees every client, and says so", async () => {
  const house = await openConsole();
  const person = await house.signedIn(house.olga);
  const { secret } = await tokenOf(house, { user: house.olga.email });
  const { text } = await person.post(CONNECT, { token: secret });
  assertStringIncludes(text, "Every client");
});

Deno.test("a token just generated leads to the check without ever being in an address", async () => {
  const { signedIn, anna } = await openConsole();
  const person = await signedIn(anna);
  const id = "01900000-0000-7000-8000-00000000aaaa";
  const made = await person.post("/profile/security", { id, name: "Laptop", expires: "30" });
  const token = /name="token" value="(ccs_\w+)"/.exec(made.text)![1];
  assertStringIncludes((await person.post(CONNECT, { token })).text, "It works");
});
