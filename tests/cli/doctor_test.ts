import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkUp, type Finding, type Patient } from "../../adapters/cli/doctor.ts";
import type { AssistantView } from "../../src/campaigns/agent_webhooks.ts";
import { healthy, HEALTHY_DATABASE, openShell } from "./harness.ts";

const NOVA: AssistantView = {
  id: "01900000-0000-7000-8000-000000000000",
  clientId: "01900000-0000-7000-8000-000000000001",
  clientName: "Acme",
  name: "Nova",
  connection: { kind: "sip", uri: "sip:nova@agents.test" },
  platform: null,
  recordingHosts: [],
  hasApiKey: false,
};

/** What is found that is not well. */
async function ills(over: Partial<Patient>): Promise<Finding[]> {
  return (await checkUp(healthy(over))).filter(({ state }) => state !== "ok");
}

Deno.test("doctor: of an installation that lacks nothing all is well", async () => {
  const shell = openShell();
  const { code, stdout, stderr } = await shell.run("doctor");
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.split("\n").map((line) => line.split(":")[0]), [
    "ok       settings",
    "ok       signing key",
    "ok       database",
    "ok       migrations",
    "ok       login",
    "ok       clock",
    "ok       public address",
    "ok       telephony",
    "ok       agents",
    "",
  ]);
  assertEquals(shell.opened, 0, "it looks at the database as it is, and migrates nothing");
});

Deno.test("doctor: a failure makes exit code 1, a warning does not, and both say what to do", async () => {
  const shell = openShell();
  shell.patient = healthy({ assistants: () => Promise.resolve([NOVA]) });
  const warned = await shell.run("doctor");
  assertEquals(warned.code, 0);
  assertStringIncludes(warned.stdout, "warning  agents: Nova of Acme has no webhook");
  assertStringIncludes(warned.stdout, '-> studio assistant create --client "Acme" --name "Nova"');
  shell.patient = healthy({ publicUrl: () => null });
  const failed = await shell.run("doctor");
  assertEquals(failed.code, 1);
  assertStringIncludes(failed.stdout, "FAILED   public address: PUBLIC_URL is not set");
});

Deno.test("doctor: --json tells whether all is well, and every finding", async () => {
  const shell = openShell();
  const well = await shell.json("doctor");
  assertEquals([well.ok, well.findings.length], [true, 9]);
  shell.patient = healthy({ publicUrl: () => null });
  const { code, stdout } = await shell.run("doctor", "--json");
  const ill = JSON.parse(stdout);
  assertEquals([code, ill.ok], [1, false]);
  assertEquals(
    ill.findings.find(({ state }: Finding) => state === "failed").check,
    "public address",
  );
});

const DATABASES: [string, Partial<typeof HEALTHY_DATABASE>, string, string, string][] = [
  ["too old", { majorVersion: 14 }, "database", "failed", "PostgreSQL 14 is too old"],
  ["not migrated", { migration: 0, missingRoles: ["app_tenant"] }, "migrations", "failed", "at 0"],
  ["behind", { migration: 3 }, "migrations", "failed", "at 3, this build needs 4"],
  ["ahead by a minute", { aheadBy: 60_000 }, "clock", "failed", "60.0 s behind the database's"],
  ["behind by a minute", { aheadBy: -60_000 }, "clock", "failed", "60.0 s ahead of the database's"],
  ["entered by its owner", { ownRights: ["is a superuser"] }, "login", "warning", "is a superuser"],
  [
    "closed to the login",
    { missingRoles: ["app_auth"] },
    "login",
    "failed",
    "cannot take app_auth",
  ],
];
for (const [what, facts, check, state, text] of DATABASES) {
  Deno.test(`doctor: a database that is ${what} is ${state}`, async () => {
    const database = () => Promise.resolve({ ...HEALTHY_DATABASE, ...facts });
    const [first] = await ills({ database });
    assertEquals([first.check, first.state], [check, state]);
    assertStringIncludes(first.text, text);
    assertEquals(first.fix === undefined, false);
  });
}

Deno.test("doctor: a newer database is fine: a newer replica has migrated it", async () => {
  const database = () => Promise.resolve({ ...HEALTHY_DATABASE, migration: 9 });
  assertEquals(await ills({ database }), []);
});

Deno.test("doctor: without a database, the rest is looked at as far as it goes", async () => {
  const database = () => Promise.reject(new Error("cannot connect to the database (ECONNREFUSED)"));
  const assistants = () => Promise.reject(new Error("must not be asked"));
  const found = await ills({ database, assistants, phone: assistants });
  assertEquals(found.map(({ check, state, text }) => [check, state, text]), [
    ["database", "failed", "cannot connect to the database (ECONNREFUSED)"],
    ["telephony", "warning", "not looked at: first the database"],
    ["agents", "warning", "not looked at: first the database"],
  ]);
});

Deno.test("doctor: a setting that no server starts with is told in the server's own words", async () => {
  const bad = () => {
    throw new Error("SIGNING_KEY: must have at least 32 characters of random text");
  };
  const found = await ills({ settings: bad });
  assertEquals(found.map(({ check, state, text }) => [check, state, text]), [
    ["settings", "failed", "SIGNING_KEY: must have at least 32 characters of random text"],
    ["telephony", "warning", "not looked at: first the settings"],
  ]);
});

const ADDRESSES: [string, string, () => Promise<Response>, string, string][] = [
  [
    "answers as another server does",
    "https://studio.test",
    () => Promise.resolve(new Response("<html>", { status: 200 })),
    "failed",
    "https://studio.test/healthz answered 200, and not as this server does",
  ],
  [
    "redirects",
    "https://studio.test",
    () => Promise.resolve(new Response(null, { status: 301 })),
    "failed",
    "answered 301",
  ],
  [
    "does not answer",
    "https://studio.test",
    () => Promise.reject(new TypeError("connection refused")),
    "failed",
    "connection refused",
  ],
  [
    "is not https",
    "http://studio.test",
    () => Promise.resolve(Response.json({ ok: true })),
    "warning",
    "is not https",
  ],
  [
    "is this machine alone",
    "http://127.0.0.1:8787",
    () => Promise.resolve(Response.json({ ok: true })),
    "warning",
    "only this machine can reach it",
  ],
];
for (const [what, url, answer, state, text] of ADDRESSES) {
  Deno.test(`doctor: a public address that ${what} is ${state}`, async () => {
    const [first] = await ills({ publicUrl: () => new URL(url), fetch: answer });
    assertEquals([first.check, first.state], ["public address", state]);
    assertStringIncludes(first.text, text);
  });
}

Deno.test("doctor: the public address is asked for its health", async () => {
  const asked: string[] = [];
  const fetch = (url: URL) => {
    asked.push(url.href);
    return Promise.resolve(Response.json({ ok: true }));
  };
  await checkUp(healthy({ fetch }));
  assertEquals(asked, ["https://studio.test/healthz"]);
});

Deno.test("doctor: the phone network speaks for itself", async () => {
  const credentials: Finding = {
    check: "telephony",
    state: "failed",
    text: "the account refuses these credentials",
    fix: "Check TWILIO_AUTH_TOKEN.",
  };
  assertEquals(await ills({ phone: () => Promise.resolve([credentials]) }), [credentials]);
  const [first] = await ills({ phone: () => Promise.reject(new Error("no route to trunk")) });
  assertEquals([first.check, first.text], ["telephony", "no route to trunk"]);
});

Deno.test("doctor: only assistants that a real phone reaches need a webhook", async () => {
  const simulated = { ...NOVA, connection: { kind: "simulated" } as const };
  const reporting = { ...NOVA, platform: "vapi" as const };
  assertEquals(await ills({ assistants: () => Promise.resolve([simulated, reporting]) }), []);
});
