import { assert, assertStringIncludes } from "@std/assert";

const skip = new URL("../support/skip.ts", import.meta.url);

/** Runs a file with one test that needs sipp, with that program at hand or not. */
async function runSpecimen(options: { sipp: boolean; requireAll?: boolean }) {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${dir}/specimen_test.ts`,
      `import { whenThere } from ${JSON.stringify(skip.href)};
       whenThere("sipp", "a call rings", () => Deno.test("registered", () => {}));`,
    );
    if (options.sipp) await Deno.writeTextFile(`${dir}/sipp`, "");
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-config", "--allow-env", "--allow-read", dir],
      env: { PATH: dir, NO_COLOR: "1", CI_REQUIRE_ALL: options.requireAll ? "1" : "" },
    }).output();
    const text = new TextDecoder();
    return { success, output: text.decode(stdout) + text.decode(stderr) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("a test runs where the program that it needs is", async () => {
  const { success, output } = await runSpecimen({ sipp: true, requireAll: true });
  assert(success, output);
  assertStringIncludes(output, "registered ... ok");
});

Deno.test("a test is shown as ignored, with the reason, where its program is not", async () => {
  const { success, output } = await runSpecimen({ sipp: false });
  assert(success, output);
  assertStringIncludes(
    output,
    "a call rings (skipped: needs sipp: apt-get install sip-tester) ... ignored",
  );
});

Deno.test("a missing program fails the test where everything is required", async () => {
  const { success, output } = await runSpecimen({ sipp: false, requireAll: true });
  assert(!success, output);
  assertStringIncludes(output, "Not run, but CI runs everything: needs sipp");
});
