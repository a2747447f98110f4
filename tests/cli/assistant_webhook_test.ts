import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openShell, type Shell, WHOLE } from "./harness.ts";

const NOVA = ["--client", "acme", "--name", "nova"];
const SECRET = "wsec_0123456789abcdef";

async function setUp(): Promise<Shell> {
  const shell = openShell();
  shell.files.set("setup.json", JSON.stringify(WHOLE));
  shell.files.set("secret.txt", `${SECRET}\n`);
  await shell.done("apply", "setup.json");
  return shell;
}

async function secretOf({ app, uow }: Shell) {
  const { items: [{ campaign }] } = await uow.read(
    "all",
    ({ campaigns }) => campaigns.list({}, { page: 1, limit: 1 }),
  );
  return (await app.campaigns.agentWebhook(campaign.assistantId))?.webhook;
}

Deno.test("assistant webhook shows the address, and whether a secret is set", async () => {
  const shell = await setUp();
  const before = await shell.done("assistant", "webhook", ...NOVA);
  assertMatch(before.stdout, /^URL +https:\/\/studio\.test\/hooks\/agents\/[0-9a-f-]{36}\n/);
  assertStringIncludes(before.stdout, "Platform  none");
  assertStringIncludes(before.stderr, "--webhook PLATFORM");
  await shell.done(
    ...["assistant", "create", ...NOVA, "--webhook", "elevenlabs"],
    ...["--webhook-secret-file", "secret.txt"],
  );
  const after = await shell.json("assistant", "webhook", ...NOVA);
  assertEquals([after.platform, after.hasSecret], ["elevenlabs", true]);
  assertEquals(after.url, `https://studio.test${after.path}`);
  assertEquals(await secretOf(shell), { platform: "elevenlabs", secret: SECRET });
});

Deno.test("without PUBLIC_URL the path is shown, and what to set", async () => {
  const shell = await setUp();
  shell.publicUrl = null;
  const { stdout, stderr } = await shell.done("assistant", "webhook", ...NOVA);
  assertMatch(stdout, /^URL +\/hooks\/agents\//);
  assertStringIncludes(stderr, "Set PUBLIC_URL");
});

Deno.test("a new secret is shown once, and changed by asking for another", async () => {
  const shell = await setUp();
  const create = ["assistant", "create", ...NOVA, "--webhook", "studio"];
  const { webhookSecret } = await shell.json(...create);
  assertMatch(webhookSecret, /^[0-9a-f]{64}$/);
  assertEquals(await secretOf(shell), { platform: "studio", secret: webhookSecret });
  const { stdout } = await shell.done(...create);
  const [, second] = /webhook secret: ([0-9a-f]{64})\n/.exec(stdout) ?? [];
  assertEquals(await secretOf(shell), { platform: "studio", secret: second });
  assert(second !== webhookSecret);
});

Deno.test("a secret is never shown again, listed, or noted", async () => {
  const shell = await setUp();
  const lines = [
    [
      ...["assistant", "create", ...NOVA],
      "--webhook",
      "vapi",
      "--webhook-secret-file",
      "secret.txt",
    ],
    ["assistant", "webhook", ...NOVA],
    ["assistant", "create", ...NOVA, "--operational-per-minute", "0.07"],
    ["campaign", "list"],
    ["audit"],
  ];
  for (const line of lines) {
    for (const more of [[], ["--json"]]) {
      const { stdout, stderr } = await shell.done(...line, ...more);
      assert(!`${stdout}${stderr}`.includes(SECRET), line.join(" "));
    }
  }
  assertEquals((await secretOf(shell))?.secret, SECRET, "what is not named stays");
});

Deno.test("recordings: hosts are shown, the key never is, and a missing one is said", async () => {
  const shell = await setUp();
  shell.files.set("key.txt", "sk_hush\n");
  const create = [
    ...["assistant", "create", ...NOVA, "--webhook", "elevenlabs"],
    ...["--webhook-secret-file", "secret.txt"],
  ];
  await shell.done(...create);
  const show = ["assistant", "webhook", ...NOVA];
  assertStringIncludes((await shell.done(...show)).stdout, "no API key, so none can be heard");
  const made = await shell.done(
    ...[...create, "--recording-key-file", "key.txt"],
    ...["--recording-host", "Audio.example.com"],
  );
  const shown = await shell.done(...show);
  assertMatch(shown.stdout, /Audio +audio\.example\.com, api\.elevenlabs\.io,.*; API key set/);
  const json = await shell.json(...show);
  assertEquals([json.hasApiKey, json.recordingHosts[0]], [true, "audio.example.com"]);
  const everything = [made, shown].map(({ stdout, stderr }) => stdout + stderr).join();
  assert(!`${everything}${JSON.stringify(json)}`.includes("sk_hush"));
  assertEquals((await secretOf(shell))?.apiKey, "sk_hush");
  await shell.done("assistant", "create", ...NOVA, "--operational-per-minute", "0.08");
  assertEquals((await secretOf(shell))?.apiKey, "sk_hush", "what is not named stays");
});

Deno.test("a webhook can be taken away", async () => {
  const shell = await setUp();
  await shell.done("assistant", "create", ...NOVA, "--webhook", "studio");
  await shell.done("assistant", "create", ...NOVA, "--webhook", "none");
  assertEquals(await secretOf(shell), undefined);
});

Deno.test("what cannot be a webhook is refused with what can, and never repeats a secret", async () => {
  const shell = await setUp();
  shell.files.set("short.txt", "hush");
  const create = ["assistant", "create", ...NOVA];
  const refusals: [string[], number, string][] = [
    [
      [...create, "--webhook", "retell"],
      2,
      "--webhook must be one of studio, elevenlabs, vapi, none",
    ],
    [[...create, "--webhook", "elevenlabs"], 2, "ElevenLabs makes the secret itself"],
    [
      [...create, "--webhook-secret-file", "secret.txt"],
      2,
      "--webhook-secret-file needs --webhook",
    ],
    [[...create, "--webhook", "vapi", "--webhook-secret-file", "short.txt"], 1, "16 to 200"],
    [[...create, "--recording-host", "a.b"], 2, "--recording-host needs --webhook"],
    [
      [...create, "--webhook", "none", "--recording-key-file", "short.txt"],
      2,
      "--recording-key-file needs --webhook",
    ],
    [[...create, "--webhook", "vapi", "--recording-key-file", "short.txt"], 1, "elevenlabs alone"],
    [["assistant", "webhook", "--client", "Acme", "--name", "Nobody"], 1, "It has: Nova."],
  ];
  for (const [line, code, text] of refusals) {
    const ran = await shell.run(...line);
    assertEquals(ran.code, code, ran.stderr);
    assertStringIncludes(ran.stderr, text);
    assert(!ran.stderr.includes("hush"));
  }
});
