import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openConsole, type Seen } from "./harness.ts";

const SECURITY = "/profile/security";
const TOKEN = { id: "01900000-0000-7000-8000-00000000aaaa", name: "Mallory", expires: "never" };

Deno.test("a form that was not sent from one of our own pages is refused, whatever it looks like", async () => {
  const { signedIn, anna, app, admin } = await openConsole();
  const person = await signedIn(anna);
  const foreign: Record<string, string | null>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: null },
    { origin: "http://studio.example.com" },
    { origin: "https://studio.example.com.evil.example" },
    { origin: null, "sec-fetch-site": "cross-site" },
    { origin: null, "sec-fetch-site": "same-site" },
    { origin: null, "sec-fetch-site": "none" },
    { "sec-fetch-site": "cross-site" },
    { origin: "https://evil.example", "content-type": "text/plain" },
    { origin: "https://evil.example", "content-type": "application/json" },
  ];
  for (const headers of foreign) {
    const { status } = await person.post(SECURITY, TOKEN, headers);
    assertEquals(status, 403, JSON.stringify(headers));
  }
  assertEquals(await app.access.listTokens({ ...admin, userId: anna.id }), []);
  assertEquals(
    (await person.post(SECURITY, TOKEN, { origin: null, "sec-fetch-site": "same-origin" })).status,
    200,
  );
});

Deno.test("on a developer's machine, pages of other servers there send no forms here", async () => {
  const { signedIn, anna } = await openConsole(new URL("http://127.0.0.1:8787"));
  const person = await signedIn(anna);
  for (
    const origin of ["http://127.0.0.1:3000", "http://localhost:3000", "https://127.0.0.1:8787"]
  ) {
    assertEquals((await person.post(SECURITY, TOKEN, { origin })).status, 403, origin);
  }
  const byName = { host: "localhost:8787", origin: "http://localhost:8787" };
  assertEquals((await person.post(SECURITY, TOKEN, byName)).status, 200);
});

Deno.test("pages allow nothing inline and nothing from elsewhere, and have nothing of it", async () => {
  const { signedIn, visitor, anna } = await openConsole();
  const person = await signedIn(anna);
  for (const page of [await person.get(SECURITY), await visitor().get("/sign-in")]) {
    const policy = page.headers.get("content-security-policy")!;
    assertStringIncludes(policy, "default-src 'none'");
    assert(!policy.includes("unsafe"));
    assertEquals(page.headers.get("x-frame-options"), "DENY");
    assertEquals(page.headers.get("cache-control"), "no-store");
    assert(page.headers.get("strict-transport-security"));
    assert(!/ style=|<style| on[a-z]+=|<script(?! type="module" src="\/assets\/)/.test(page.text));
    assert(!/(src|href)="(?!\/|#)/.test(page.text));
  }
});

Deno.test("what people write is text, never markup", async () => {
  const { signedIn, anna } = await openConsole();
  const person = await signedIn(anna);
  const name = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`;
  const { text } = await person.post(SECURITY, { ...TOKEN, name });
  assertStringIncludes(text, "&lt;script&gt;");
  assert(!text.includes("<script>") && !text.includes("<img"));
  const refused = await person.post(SECURITY, { ...TOKEN, name, expires: `"><i>` });
  assertEquals(refused.status, 422);
  assert(!refused.text.includes("<script>"));
});

Deno.test("one's own page is the same for files that are kept, and small", async () => {
  const { visitor, fetch } = await openConsole();
  const { text } = await visitor().get("/sign-in");
  const paths = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  let bytes = text.length;
  for (const path of paths) {
    const response = await fetch(
      new Request(new URL(path, "https://studio.example.com"), {
        headers: { "accept-encoding": "gzip" },
      }),
    );
    assertEquals(response.status, 200);
    assertStringIncludes(response.headers.get("cache-control")!, "immutable");
    bytes += (await response.bytes()).length;
  }
  assert(paths.length >= 2 && bytes < 50_000, `${bytes} bytes`);
});

Deno.test("files beside the assets are out of reach", async () => {
  const { visitor } = await openConsole();
  for (
    const path of ["/assets/x/../../guards.ts", "/assets/x/%2e%2e%2fguards.ts", "/assets/x/y.css"]
  ) {
    assertEquals((await visitor().get(path)).status, 404, path);
  }
});

Deno.test("another client's address reads like one that does not exist", async () => {
  const { signedIn, anna, olga, company, other } = await openConsole();
  const person = await signedIn(anna);
  const alike = ({ status, text }: Seen) => [status, text];
  const nowhere = await person.get("/clients/01900000-0000-7000-8000-000000000000");
  const paths = [`/clients/${other.client.id}/`, `/clients/${company.client.id}/`, "/operator"];
  for (const path of paths) {
    assertEquals((await person.get(path)).status, 404, path);
  }
  const missing = await person.get("/no/such/page");
  assertEquals(alike(missing), [404, (await person.get("/operator")).text]);
  assert([303, 404].includes(nowhere.status));
  const master = await signedIn(olga);
  assertStringIncludes((await master.get(SECURITY)).text, "No client chosen");
});

Deno.test("somebody at a browser who comes under another name reads where to go instead", async () => {
  const { visitor, fetch } = await openConsole();
  const wrong: Record<string, string>[] = [
    { host: "evil.example" },
    { origin: "https://evil.example" },
  ];
  for (const headers of wrong) {
    const seen = await visitor().get("/sign-in", headers);
    assertEquals([seen.status, seen.headers.get("content-type")], [
      403,
      "text/plain; charset=utf-8",
    ]);
    assertStringIncludes(seen.text, "pages are at https://studio.example.com/");
    const program = await fetch(new Request("https://studio.example.com/mcp", { headers }));
    assertStringIncludes(await program.text(), '"jsonrpc"');
  }
});

Deno.test("machines that look for something else still get their plain 404", async () => {
  const { fetch } = await openConsole();
  for (const path of ["/.well-known/oauth-protected-resource", "/register", "/nothing"]) {
    const response = await fetch(new Request(new URL(path, "https://studio.example.com")));
    assertEquals([response.status, response.headers.get("content-type")], [
      404,
      "application/json",
    ]);
    await response.body?.cancel();
  }
});

Deno.test("with the database down a page says so and tries again, and then is there", async () => {
  const { signedIn, anna, store } = await openConsole();
  const person = await signedIn(anna);
  store.down = true;
  const down = await person.get(SECURITY);
  assertEquals([down.status, down.headers.get("refresh")], [503, "5"]);
  assertStringIncludes(down.text, "tries again by itself");
  store.down = false;
  assertEquals((await person.get(SECURITY)).status, 200);
});
