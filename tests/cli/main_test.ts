import { assertEquals, assertStringIncludes } from "@std/assert";

const project = new URL("../../", import.meta.url).pathname;

/** Runs a task as an operator does, with the very flags of deno.json. */
async function task(data: string, name: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", name, ...args],
    cwd: project,
    env: { STUDIO_DATA: data, DATABASE_URL: "", NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("the studio task sets up a client in the embedded database, which keeps it", async () => {
  const data = await Deno.makeTempDir();
  try {
    const setup = {
      clients: [{
        name: "Acme",
        country: "US",
        tariff: { currency: "USD", perMinute: "0.12" },
        recordTypes: [{ name: "Lead" }],
        roles: [{ name: "Admin", admin: true }],
        users: [{ email: "ana@acme.example", name: "Ana", role: "Admin" }],
      }],
    };
    await Deno.writeTextFile(`${data}/setup.json`, JSON.stringify(setup));
    await Deno.writeTextFile(`${data}/leads.csv`, "name,phone\nBo Chen,(415) 555-0132\nNo,1\n");
    const applied = await task(data, "studio", "apply", `${data}/setup.json`, "--json");
    assertEquals([applied.code, applied.stderr], [0, ""]);
    assertEquals(JSON.parse(applied.stdout).created, 4);
    const imported = await task(
      data,
      "studio",
      ...["import", "--client", "Acme", "--record-type", "Lead", `${data}/leads.csv`],
    );
    assertEquals([imported.code, imported.stdout], [
      1,
      "1 created, 0 there already, 1 refused\n",
    ]);
    assertStringIncludes(imported.stderr, "line 3: phoneNumber");
    const paid = await task(
      data,
      "studio",
      ..."top-up --client Acme --amount 50 --reference A-1 --json".split(" "),
    );
    assertEquals([paid.code, paid.stderr], [0, ""]);
    assertEquals(JSON.parse(paid.stdout).changes, ["topped up Acme by 50 USD"]);
    const types = await task(data, "studio", "record-type", "list", "--json");
    assertEquals(JSON.parse(types.stdout)[0].records, 1);
    const who = ["--client", "Acme", "--name", "Admin"];
    const role = await task(data, "studio", "role", "create", ...who, "--admin");
    assertEquals([role.code, role.stderr], [0, ""]);
    const invite = () => task(data, "studio", ..."user invite --email ana@acme.example".split(" "));
    assertStringIncludes((await invite()).stderr, "PUBLIC_URL: must be set");
    const consoleUrl = "http://127.0.0.1:8799/";
    await Deno.writeTextFile(`${data}/dev.json`, JSON.stringify({ consoleUrl }));
    const invited = await invite();
    assertEquals([invited.code, invited.stdout.split("invitation/")[0]], [0, consoleUrl]);
    const calls = await task(data, "studio", "phone", "calls", "--json");
    assertEquals([calls.code, calls.stdout], [0, "[]\n"]);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("the doctor looks at an embedded database without migrating it", async () => {
  const data = await Deno.makeTempDir();
  try {
    const stateOf = async (check: string) => {
      const { code, stdout, stderr } = await task(data, "studio", "doctor", "--json");
      assertEquals([code, stderr], [1, ""]);
      const { findings } = JSON.parse(stdout);
      return findings.find((finding: { check: string }) => finding.check === check);
    };
    assertEquals((await stateOf("migrations")).state, "failed");
    assertStringIncludes((await stateOf("migrations")).text, "at 0, ");
    assertEquals((await task(data, "studio", "client", "list")).code, 0);
    assertEquals((await stateOf("migrations")).state, "ok");
    assertEquals((await stateOf("login")).state, "ok");
    assertEquals((await stateOf("agents")).state, "ok");
    assertStringIncludes((await stateOf("settings")).text, "DATABASE_URL: must be set");
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("a line that is not understood ends in exit code 2, and a missing file in 1", async () => {
  const unknown = await task("/nowhere", "studio", "frobnicate");
  assertEquals([unknown.code, unknown.stdout], [2, ""]);
  assertStringIncludes(unknown.stderr, 'There is no command "frobnicate"');
  const missing = await task("/nowhere", "studio", "apply", "/nowhere/setup.json");
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.stderr, "/nowhere/setup.json: there is no such file");
});

Deno.test("the migrate task is for servers, and asks for one", async () => {
  const { code, stderr } = await task("/nowhere", "migrate");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "DATABASE_URL: is required");
});
