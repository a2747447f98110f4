import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { START } from "../../adapters/console/ui/navigation.ts";
import { openConsole, OPERATOR, PASSWORD } from "./harness.ts";

const SECURITY = "/profile/security";
const MINUTE = 60_000;

Deno.test("who is not signed in is asked to, and comes back to the page", async () => {
  const { visitor, anna } = await openConsole();
  const person = visitor();
  const asked = await person.get(SECURITY);
  assertEquals(asked.status, 303);
  const to = asked.headers.get("location")!;
  assertEquals(to, "/sign-in?to=%2Fprofile%2Fsecurity");
  assertStringIncludes((await person.get(to)).text, 'name="to" value="/profile/security"');
  const done = await person.signIn(anna.email, PASSWORD, { to: SECURITY });
  assertEquals([done.status, done.headers.get("location")], [303, SECURITY]);
  assertStringIncludes((await person.get(SECURITY)).text, "Anna");
});

Deno.test("browsers get pages at the start, programs the plain text", async () => {
  const { fetch, visitor } = await openConsole();
  assertEquals((await visitor().get("/")).headers.get("location"), START);
  const plain = await fetch(new Request("https://studio.example.com/"));
  assertStringIncludes(await plain.text(), "Endpoint");
});

Deno.test("an unknown address and a wrong password get the same answer", async () => {
  const { visitor, anna } = await openConsole();
  const answers = [];
  for (const email of [anna.email, "nobody@acme.example"]) {
    const { status, text } = await visitor().signIn(email, "wrong wrong wrong");
    answers.push([status, text.replaceAll(email, "…")]);
  }
  assertEquals(answers[0], answers[1]);
  assertEquals(answers[0][0], 401);
});

Deno.test("guessing is slowed down, for the right password too, and for addresses that nobody has", async () => {
  const { visitor, anna, clock } = await openConsole();
  for (const email of [anna.email, "nobody@acme.example"]) {
    const guess = () => visitor().signIn(email, "wrong wrong wrong");
    for (let i = 0; i < 5; i++) assertEquals((await guess()).status, 401);
    const slowed = await guess();
    assertEquals(slowed.status, 429);
    assertMatch(slowed.headers.get("retry-after")!, /^\d+$/);
    const right = await visitor().signIn(email);
    assertEquals([right.status, right.text], [429, slowed.text]);
  }
  await clock.advance(MINUTE);
  assertEquals((await visitor().signIn(anna.email)).status, 303);
});

Deno.test("who goes on guessing waits longer", async () => {
  const { visitor, anna, clock } = await openConsole();
  let wait = 0;
  for (let minute = 0; minute < 8; minute++) {
    for (let i = 0; i < 5; i++) {
      const { headers } = await visitor().signIn(anna.email, "wrong wrong wrong");
      wait = Number(headers.get("retry-after"));
    }
    await clock.advance(MINUTE);
  }
  assert(wait > 20, `${wait} s`);
});

Deno.test("signing in often does not count as guessing", async () => {
  const { visitor, anna, clock } = await openConsole();
  for (let i = 0; i < 30; i++) {
    assertEquals((await visitor().signIn(anna.email)).status, 303);
    await clock.advance(1000);
  }
});

Deno.test("many accounts cannot be tried from one address", async () => {
  const { visitor } = await openConsole();
  const statuses = [];
  for (let i = 0; i < 70; i++) {
    const headers = { "x-forwarded-for": `10.9.9.${i}, 192.0.2.1` };
    const fields = { email: `person${i}@acme.example`, password: "Summer 2026!" };
    statuses.push((await visitor().post("/sign-in", fields, headers)).status);
  }
  assertEquals([statuses[0], statuses.at(-1)], [401, 429]);
});

Deno.test("a user of no client learns so only with the right password", async () => {
  const { visitor, nia } = await openConsole();
  assertEquals((await visitor().signIn(nia.email, "wrong wrong wrong")).status, 401);
  const person = visitor();
  const refused = await person.signIn(nia.email);
  assertEquals([refused.status, person.cookies.size], [403, 0]);
  assertStringIncludes(refused.text, "belongs to no client");
});

Deno.test("each sign-in makes a new session, whatever cookie came along", async () => {
  const { visitor, anna } = await openConsole();
  const person = visitor();
  const planted = "A".repeat(43);
  person.cookies.set("__Host-session", planted);
  await person.signIn(anna.email);
  const first = person.cookies.get("__Host-session");
  assertNotEquals(first, planted);
  await person.signIn(anna.email);
  assertNotEquals(person.cookies.get("__Host-session"), first);
  const attacker = visitor();
  attacker.cookies.set("__Host-session", planted);
  assertEquals((await attacker.get(SECURITY)).status, 303);
});

Deno.test("the cookie is kept from scripts, from other sites, and on https to this host", async () => {
  const secure = await openConsole();
  const line = (await secure.visitor().signIn(secure.anna.email)).headers.get("set-cookie")!;
  assertMatch(line, /^__Host-session=[\w-]{43}; /);
  for (const part of ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]) {
    assertStringIncludes(line, part);
  }
  const local = await openConsole(new URL("http://127.0.0.1:8787"));
  const plain = (await local.visitor().signIn(local.anna.email)).headers.get("set-cookie")!;
  assertMatch(plain, /^session=/);
  assert(!plain.includes("Secure"));
});

Deno.test("signing out ends the session on the server, and nobody else can make one sign out", async () => {
  const { signedIn, visitor, anna } = await openConsole();
  const person = await signedIn(anna);
  const thief = visitor();
  thief.cookies.set("__Host-session", person.cookies.get("__Host-session")!);
  const forged = await person.post("/sign-out", {}, { origin: "https://evil.example" });
  assertEquals([forged.status, (await person.get(SECURITY)).status], [403, 200]);
  assertEquals((await person.post("/sign-out")).status, 303);
  assertEquals(person.cookies.size, 0);
  assertEquals((await thief.get(SECURITY)).status, 303);
});

Deno.test("a session ends after 12 hours without use, and after 7 days with it", async () => {
  const { signedIn, anna, clock } = await openConsole();
  const busy = await signedIn(anna);
  for (let hours = 0; hours < 7 * 24; hours += 8) {
    assertEquals((await busy.get(SECURITY)).status, 200, `after ${hours} hours`);
    await clock.advance(8 * 60 * MINUTE);
  }
  assertEquals((await busy.get(SECURITY)).status, 303);
  const lazy = await signedIn(anna);
  await clock.advance(12 * 60 * MINUTE);
  // However often it tries, what has ended stays so.
  for (const _ of [1, 2]) assertEquals((await lazy.get(SECURITY)).status, 303);
});

Deno.test("after signing in one goes to pages of our own, and nowhere else", async () => {
  const { visitor, anna, clock } = await openConsole();
  const elsewhere = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/..//evil.example",
  ];
  for (const to of elsewhere) {
    const { headers } = await visitor().signIn(anna.email, PASSWORD, { to });
    await clock.advance(1000);
    const location = headers.get("location")!;
    assertEquals(new URL(location, "https://studio.example.com").host, "studio.example.com", to);
    assert(/^\/(?![/\\])/.test(location), `${to} → ${location}`);
  }
});

Deno.test("an invitation sets a password once, and ends the sessions before it", async () => {
  const { app, visitor, signedIn, anna } = await openConsole();
  const before = await signedIn(anna);
  const { secret } = await app.access.inviteUser(OPERATOR, anna.email);
  const person = visitor();
  const path = `/invitation/${secret}`;
  assertStringIncludes((await person.get(path)).text, anna.email);
  const send = (password: string, again = password) => person.post(path, { password, again });
  for (const bad of ["short", "aaaaaaaaaaaaaa", anna.email, "passwordpassword", "x".repeat(257)]) {
    assertEquals((await send(bad)).status, 422, bad);
  }
  assertEquals((await send("another of four words", "another of five words")).status, 422);
  assertEquals((await send("another of four words")).status, 303);
  assertEquals((await before.get(SECURITY)).status, 303);
  assertEquals((await send("a third one of words")).status, 404);
  assertEquals((await person.get(path)).status, 404);
  assertEquals((await person.signIn(anna.email)).status, 401);
  assertEquals((await person.signIn(anna.email, "another of four words")).status, 303);
});

Deno.test("an invitation is good for 7 days, and its secret never reaches the log", async () => {
  const { app, visitor, anna, clock, logged } = await openConsole();
  const { secret } = await app.access.inviteUser(OPERATOR, anna.email);
  const path = `/invitation/${secret}`;
  assertEquals((await visitor().get(path)).status, 200);
  await clock.advance(7 * 24 * 60 * MINUTE);
  assertEquals((await visitor().get(path)).status, 404);
  assert(!JSON.stringify(logged).includes(secret));
  assertEquals(logged.at(-1)?.fields.route, "/invitation/:secret");
});
