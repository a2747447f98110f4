/** Each of the operator's commands on a store in memory: one file, because they set up one company, step by step. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../adapters/cli/commands.ts";
import { openShell, type Shell, WHOLE } from "./harness.ts";

async function setUpShell(): Promise<Shell> {
  const shell = openShell();
  shell.files.set("setup.json", JSON.stringify(WHOLE));
  await shell.done("apply", "setup.json");
  return shell;
}

Deno.test("apply sets up everything, and changes nothing the second time", async () => {
  const shell = openShell();
  shell.files.set("setup.json", JSON.stringify(WHOLE));
  const first = await shell.json("apply", "setup.json");
  assertEquals([first.updated, first.unchanged], [0, 0]);
  assert(first.changes.includes("created campaign Spring"));
  const again = await shell.json("apply", "setup.json");
  assertEquals(again, { created: 0, updated: 0, unchanged: first.created, changes: [] });
  const [client] = await shell.json("client", "list");
  assertEquals([client.name, client.available, client.currency], ["Acme", "250.00", "USD"]);
});

Deno.test("apply says which file is wrong and where, and writes nothing of it", async () => {
  const shell = openShell();
  shell.files.set("typo.json", JSON.stringify({ clients: [{ name: "A", contry: "US" }] }));
  const typo = await shell.run("apply", "typo.json");
  assertEquals([typo.code, typo.stdout], [1, ""]);
  assertStringIncludes(typo.stderr, 'typo.json: clients[0]: unknown "contry"; allowed: name, ');
  const [acme] = WHOLE.clients;
  const lost = { ...acme, users: [{ email: "a@b.co", name: "A", role: "Boss" }] };
  shell.files.set("lost.json", JSON.stringify({ clients: [lost] }));
  const refused = await shell.run("apply", "lost.json");
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "clients[0].users[0].role: no role Boss in client Acme");
  assertEquals(await shell.json("client", "list"), []);
  assertStringIncludes((await shell.run("apply", "none.json")).stderr, "none.json: no such file");
});

Deno.test("a client can be set up from nothing by single commands", async () => {
  const shell = openShell();
  await shell.done(
    ..."client create --name Acme --country US --currency USD --per-minute 0.12".split(" "),
    ..."--setup 0.01 --increment 1 --window any --countries any --no-require-consent".split(" "),
    ..."--phone-rates us=0.0085,default=0.05 --max-price 0.2".split(" "),
  );
  await shell.done(..."top-up --client Acme --amount 50 --reference A-1".split(" "));
  await shell.done(..."role create --client acme --name Admin --admin".split(" "));
  await shell.done(
    ..."role create --client Acme --name Agent --permissions calls.view,calls.manage".split(" "),
  );
  await shell.done(
    ..."user create --client Acme --email ana@acme.example --name Ana --role Admin".split(" "),
  );
  await shell.done(..."record-type create --client Acme --name Lead".split(" "));
  await shell.done(
    ..."assistant create --client Acme --name Nova --sip sip:nova@agents.example".split(" "),
    "--outcome",
    "interested:boolean:Whether the contact is interested",
    "--outcome",
    "size:choice=small|large:How big: in rooms",
  );
  await shell.done(
    ..."campaign create --client Acme --name Spring --assistant Nova --status active".split(" "),
    ..."--window 08:30-24:00 --days 1,7 --countries US,GB --auto-dial --max-attempts 5".split(" "),
  );
  const [campaign] = await shell.json("campaign", "list", "--client", "acme");
  assertEquals([campaign.name, campaign.status, campaign.assistant], ["Spring", "active", "Nova"]);
  assertEquals(campaign.rules, {
    window: { start: "08:30", end: "24:00", days: [1, 7] },
    countries: ["US", "GB"],
    requireConsent: true,
    maxConcurrentCalls: 10,
    autoDial: true,
    maxAttempts: 5,
    retryAfterMinutes: 60,
    ringSeconds: 30,
    maxCallSeconds: 900,
  });
  const [client] = await shell.json("client", "list");
  assertEquals([client.available, client.perMinute, client.setup], ["50.00", "0.12", "0.01"]);
  const kept = await shell.uow.read("all", ({ access }) => access.getClient(client.uuid));
  assertEquals(kept?.phoneRates, { US: "0.0085", default: "0.05" });
  assertEquals(kept?.rules.maxPricePerMinute, "0.20");
  const [admin, agent] = await shell.json("role", "list", "--client", "Acme");
  assertEquals([admin.name, admin.admin], ["Admin", true]);
  assertEquals([agent.name, agent.permissions], ["Agent", ["calls.view", "calls.manage"]]);
  const [user] = await shell.json("user", "list");
  assertEquals([user.email, user.client, user.role], ["ana@acme.example", "Acme", "Admin"]);
  const assistant = await shell.uow.read(
    "all",
    ({ campaigns }) => campaigns.assistantByName(client.uuid, "nova"),
  );
  assertEquals(assistant?.connection, { kind: "sip", uri: "sip:nova@agents.example" });
  assertEquals(assistant?.outcomes, [
    { name: "interested", type: "boolean", description: "Whether the contact is interested" },
    { name: "size", type: "choice", description: "How big: in rooms", choices: ["small", "large"] },
  ]);
});

Deno.test("a command changes what it names and leaves the rest", async () => {
  const shell = await setUpShell();
  const line = "campaign create --client Acme --name spring --max-attempts 7".split(" ");
  assertEquals((await shell.json(...line)).changes, ["updated campaign spring"]);
  const [campaign] = await shell.json("campaign", "list");
  assertEquals([campaign.status, campaign.rules.maxAttempts], ["active", 7]);
  assertEquals([campaign.rules.autoDial, campaign.rules.window.start], [true, "08:00"]);
  const paused = await shell.done(
    ..."campaign set-status --client ACME --name SPRING --status paused".split(" "),
  );
  assertStringIncludes(paused.stdout, "updated campaign spring");
  const [after] = await shell.json("campaign", "list");
  assertEquals([after.client, after.name, after.status], ["Acme", "spring", "paused"]);
});

Deno.test("what belongs to no client there is is refused with what to do next", async () => {
  const shell = await setUpShell();
  for (
    const [line, hint] of [
      ["role create --client Nobody --name R", '"studio client create" adds one'],
      ["top-up --client Nobody --amount 1 --reference r", '"studio client list" shows all'],
      ["campaign set-status --client Acme --name No --status paused", '"studio campaign list"'],
      ["campaign create --client Acme --name New", "assistant: must name an assistant of Acme"],
      ["user create --client Acme --email a@b.co --name A --role Boss", "role: no role Boss"],
      ["top-up --client Acme --amount lots --reference r", "must be a decimal number"],
      ["token create --user no@acme.example --name T", "no user has the e-mail address"],
      ["token revoke 01900000-0000-7000-8000-000000000000", "no token has the uuid"],
    ]
  ) {
    const { code, stdout, stderr } = await shell.run(...line.split(" "));
    assertEquals([code, stdout], [1, ""], line);
    assertStringIncludes(stderr, hint);
    assert(!stderr.includes("clients[0]"), stderr);
  }
});

Deno.test("a payment counts once per reference", async () => {
  const shell = await setUpShell();
  const line = "top-up --client Acme --amount 10.50 --reference INV-2".split(" ");
  assertEquals((await shell.json(...line)).changes, ["topped up Acme by 10.50 USD"]);
  assertEquals((await shell.json(...line)).changes, []);
  assertEquals((await shell.json("client", "list"))[0].available, "260.50");
});

Deno.test("a token's secret is printed once, alone, and works until it is revoked", async () => {
  const shell = await setUpShell();
  const made = await shell.done(
    ..."token create --user ana@acme.example --name Laptop --read-only".split(" "),
    ..."--permissions calls.view --expires 2026-06-01T00:00:00+02:00".split(" "),
  );
  assertMatch(made.stdout, /^ccs_\w{40,}\n$/);
  const secret = made.stdout.trim();
  const principal = await shell.app.access.authenticate(secret);
  assertEquals([principal.name, principal.readOnly], ["Ana Lima", true]);
  assertEquals([...principal.permissions], ["calls.view"]);
  const [token] = await shell.json("token", "list", "--user", "ANA@acme.example");
  assertStringIncludes(made.stderr, token.uuid);
  assertEquals(token.expiresAt, "2026-05-31T22:00:00.000Z");
  for (const line of [["token", "list"], ["token", "list", "--json"], ["audit", "--json"]]) {
    const { stdout } = await shell.done(...line);
    assert(!stdout.includes(secret), line.join(" "));
  }
  assertEquals(await shell.json("token", "revoke", token.uuid), { revoked: token.uuid });
  assert((await shell.json("token", "list"))[0].revokedAt !== null);
  const still = await shell.app.access.authenticate(secret).catch(({ code }) => code);
  assertEquals(still, "unauthenticated");
});

Deno.test("an invitation is a link, printed alone, by which a password is chosen once", async () => {
  const shell = await setUpShell();
  const invited = await shell.done("user", "invite", "--email", "ANA@acme.example");
  assertMatch(invited.stdout, /^https:\/\/studio\.test\/invitation\/[\w-]{43}\n$/);
  const secret = invited.stdout.trim().split("/").at(-1)!;
  assertEquals(
    (await shell.app.access.acceptInvitation(secret, "four new words")).name,
    "Ana Lima",
  );
  const { link, expiresAt, email } = await shell.json(
    "user",
    "invite",
    "--email",
    "ana@acme.example",
  );
  assertMatch(link, /^https:\/\/studio\.test\/invitation\/[\w-]{43}$/);
  assertEquals(email, "ana@acme.example");
  assertEquals(+new Date(expiresAt) - +shell.clock.now(), 7 * 24 * 3_600_000);
  const { stdout } = await shell.done("audit", "--json");
  assert(stdout.includes("invite-user") && !stdout.includes(secret));
  assertEquals((await shell.run("user", "invite", "--email", "no@acme.example")).code, 1);
  shell.publicUrl = null;
  const blind = await shell.run("user", "invite", "--email", "ana@acme.example");
  assertStringIncludes(blind.stderr, "PUBLIC_URL");
});

Deno.test("somebody is let in no longer, and again", async () => {
  const shell = await setUpShell();
  const who = ["--email", "ana@acme.example"];
  const disabledAt = async () =>
    (await shell.json("user", "list", "--client", "Acme"))[0].disabledAt;
  assertEquals(await disabledAt(), null);
  const gone = await shell.json("user", "disable", ...who);
  assertEquals(gone, { email: "ana@acme.example", disabledAt: shell.clock.now().toISOString() });
  assertEquals(await disabledAt(), gone.disabledAt);
  assertStringIncludes((await shell.done("user", "list")).stdout, "disabled");
  await shell.done("user", "enable", ...who);
  assertEquals(await disabledAt(), null);
  const nobody = await shell.run("user", "disable", "--email", "no@acme.example");
  assertEquals(nobody.code, 1);
  assertStringIncludes(nobody.stderr, "There is no user with that address");
});

Deno.test("users are a client's, the operator's, or nobody's until a client takes them", async () => {
  const shell = await setUpShell();
  await shell.done(..."user create --email m@operator.example --name M --master".split(" "));
  await shell.done(..."user create --email u@acme.example --name U --unassigned".split(" "));
  const users = await shell.json("user", "list");
  const of = (email: string) => {
    const user = users.find((each: { email: string }) => each.email === email);
    return [user.client, user.role, user.master];
  };
  assertEquals(of("ana@acme.example"), ["Acme", "Admin", false]);
  assertEquals(of("m@operator.example"), [null, "Master", true]);
  assertEquals(of("u@acme.example"), [null, "Unassigned", false]);
  await shell.done(
    ..."user create --email u@acme.example --name U --client Acme --role Viewer".split(" "),
  );
  const again = await shell.run(
    ..."user create --email m@operator.example --name M --client Acme --role Viewer".split(" "),
  );
  assertStringIncludes(again.stderr, "already belongs to another client or to the operator");
  const taken = await shell.json("user", "list", "--client", "Acme");
  assertEquals(taken.map(({ email }: { email: string }) => email), [
    "ana@acme.example",
    "u@acme.example",
  ]);
  await shell.done(..."user create --email u@acme.example --name U --unassigned".split(" "));
  assertEquals((await shell.json("user", "list", "--client", "Acme")).length, 2);
});

Deno.test("the audit trail tells what the operator did, newest first", async () => {
  const shell = await setUpShell();
  await shell.done(..."token create --user ana@acme.example --name T".split(" "));
  const entries = await shell.json("audit", "--limit", "2");
  assertEquals(entries.length, 2);
  const { stdout } = await shell.done("audit");
  assertStringIncludes(stdout, "issue-token");
  assertStringIncludes(stdout, "apply-setup");
  assertStringIncludes(stdout, "studio command line");
});

Deno.test("the audit trail is verified, also against an earlier report", async () => {
  const shell = await setUpShell();
  await shell.app.access.sealAudit();
  const sound = await shell.done("audit", "verify");
  assertStringIncludes(sound.stdout, "entries are as they were sealed, 0 wait to be.");
  const { stdout } = await shell.done("audit", "verify", "--json");
  const report = JSON.parse(stdout);
  assertEquals([report.ok, report.problems, report.heads.length > 0], [true, [], true]);
  shell.files.set("earlier.json", stdout);
  await shell.done("audit", "verify", "--since", "earlier.json");
  report.heads[0].hash = "0".repeat(64);
  shell.files.set("other.json", JSON.stringify(report));
  const found = await shell.run("audit", "verify", "--since", "other.json");
  assertEquals(found.code, 1);
  assertStringIncludes(found.stdout, "is not as an earlier report has it");
  shell.files.set("bad.json", "[]");
  const bad = await shell.run("audit", "verify", "--since", "bad.json");
  assertEquals(bad.code, 1);
  assertStringIncludes(bad.stderr, "studio audit verify --json");
});

Deno.test("the simulated network's books are shown", async () => {
  const shell = openShell();
  assertEquals((await shell.done("phone", "calls")).stdout, "None.\n");
  const call = {
    callUuid: "01900000-0000-7000-8000-000000000001",
    to: "+14155550001",
    dialedAt: new Date("2026-03-02T12:00:00Z"),
    requests: 2,
    refused: null,
  };
  shell.phoneCalls = [call, { ...call, refused: "provider_unavailable" }];
  assertEquals(await shell.json("phone", "calls", "--limit", "1"), [
    { ...call, dialedAt: "2026-03-02T12:00:00.000Z" },
  ]);
  assertStringIncludes((await shell.done("phone", "calls")).stdout, "provider_unavailable");
});

Deno.test("migrate tells what it applied", async () => {
  const shell = openShell();
  assertEquals(await shell.json("migrate"), { migrations: ["0001_studio.sql"] });
  assertStringIncludes((await shell.done("migrate")).stdout, "0001_studio.sql");
});

Deno.test("a line that is not understood exits with 2, says why, and opens nothing", async () => {
  const shell = openShell();
  for (
    const [line, part] of [
      ["frobnicate", 'no command "frobnicate". "studio help" lists all'],
      ["client", 'no command "client"'],
      ["client frob --name A", 'no command "client frob"'],
      ["client create", 'Missing: --name. "studio client create --help"'],
      ["top-up --client A", "Missing: --amount, --reference"],
      ["apply", "Missing: FILE"],
      ["apply a.json b.json", "Not understood: b.json"],
      ["client list --nope", "Unknown option '--nope'"],
      ["client create --name", "argument missing"],
      ["client create --name A --currency USD", "both --currency and --per-minute"],
      ["client create --name A --window 9", "--window must be HH:MM-HH:MM"],
      ["client create --name A --days 1", "--days needs --window"],
      ["client create --name A --max-concurrent 0", "whole number from 1 to 10000"],
      ["role create --client A --name R --permissions x", "one of calls.view, calls.manage"],
      ["campaign set-status --client A --name C --status on", "one of draft, active, paused"],
      ["user create --email a@b.co --name A", "--master, --unassigned"],
      ["user create --email a@b.co --name A --client X", "Missing: --role"],
      ["assistant create --client A --name N --outcome x:maybe:y", "--outcome must be"],
      ["assistant create --client A --name N --outcome x:choice:y", "--outcome must be"],
      ["assistant create --client A --name N --sip s --websocket w", "not several"],
      ["audit --limit many", "--limit must be a whole number"],
    ]
  ) {
    const { code, stdout, stderr } = await shell.run(...line.split(" "));
    assertEquals([code, stdout], [2, ""], line);
    assertStringIncludes(stderr, part);
  }
  assertEquals(shell.opened, 0);
});

Deno.test("help lists every command, and each explains its options", async () => {
  const shell = openShell();
  const [help, none, flag] = [
    await shell.done("help"),
    await shell.done(),
    await shell.done("--help"),
  ];
  assertEquals([none.stdout, flag.stdout], [help.stdout, help.stdout]);
  for (const { name, about, options } of COMMANDS) {
    assertStringIncludes(help.stdout, name);
    assertStringIncludes(help.stdout, about);
    const own = await shell.done(...name.split(" "), "--help");
    assertEquals((await shell.done("help", ...name.split(" "))).stdout, own.stdout);
    for (const option of [...Object.keys(options), "json"]) {
      assertStringIncludes(own.stdout, `--${option}`);
    }
  }
  assertEquals(shell.opened, 0);
});
