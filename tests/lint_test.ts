import { assertEquals } from "@std/assert";

const project = new URL("../", import.meta.url);

/** Each file of a small project, with how often each of our rules must object to it. */
const specimens: Record<string, { text: string; objections?: Record<string, number> }> = {
  "src/kernel/good.ts": {
    text: `import type { A } from "../access/a.ts"; export * from "./ids.ts"; export type B = A;`,
  },
  "src/uses_package.ts": {
    text:
      `import { z } from "zod"; import "npm:hono"; import "node:fs"; import "jsr:@std/assert"; z;`,
    objections: { "boundaries/pure-inside": 4 },
  },
  "src/uses_adapter.ts": {
    text:
      `import { a } from "../adapters/postgres/a.ts"; export type { B } from "../adapters/b.ts"; a;`,
    objections: { "boundaries/pure-inside": 2 },
  },
  "src/imports_late.ts": {
    text: `await import("../adapters/b.ts"); export type C = import("../tests/c.ts").C;`,
    objections: { "boundaries/pure-inside": 2 },
  },
  "src/does_io.ts": {
    text: `export const home = Deno.env.get("HOME"); export type F = Deno.FsFile;`,
    objections: { "boundaries/pure-inside": 2 },
  },
  "src/from_the_web.ts": {
    text: `export * from "https://example.com/mod.ts";`,
    objections: { "boundaries/pure-inside": 1 },
  },
  "adapters/http/good.ts": {
    text:
      `import "@hono/hono"; import "../mcp/a.ts"; import "../config.ts"; import "../../src/app.ts";`,
  },
  "adapters/http/uses_outbound.ts": {
    text: `import "../postgres/a.ts"; import "../memory/a.ts"; import "../config.ts";`,
    objections: { "boundaries/one-way": 2 },
  },
  "adapters/mcp/tools/uses_outbound.ts": {
    text: `export * from "../../telephony/simulated/a.ts";`,
    objections: { "boundaries/one-way": 1 },
  },
  "adapters/console/uses_what_no_rule_names.ts": {
    text:
      `import type { A } from "../new_folder/a.ts"; import "../phone_numbers.ts"; export type B = A;`,
    objections: { "boundaries/one-way": 2 },
  },
  "adapters/console/page.tsx": {
    text: `import "../postgres/a.ts"; export const p = <p>{"a"}</p>;`,
    objections: { "boundaries/one-way": 1 },
  },
  "adapters/cli/composes.ts": {
    text: `import "../compose.ts";`,
    objections: { "boundaries/one-way": 1 },
  },
  "adapters/postgres/uses_inbound.ts": {
    text: `import "../memory/a.ts"; import "../http/a.ts";`,
    objections: { "boundaries/one-way": 1 },
  },
  "adapters/dev.ts": {
    text: `import "./compose.ts"; import "./http/a.ts"; import "./config.ts"; import "./log.ts";`,
  },
  "adapters/workers.ts": {
    text: `import "./log.ts"; import "./clock.ts"; import "./http/a.ts";`,
    objections: { "boundaries/one-way": 1 },
  },
  "adapters/main.ts": {
    text: `import "./http/a.ts"; import "./postgres/a.ts";`,
    objections: { "boundaries/one-way": 1 },
  },
  "adapters/cli/main.ts": { text: `import "../compose.ts";` },
  "adapters/compose.ts": { text: `import "./http/a.ts"; import "./postgres/a.ts";` },
  "tests/any_test.ts": {
    text:
      `import "../adapters/compose.ts"; import "../adapters/memory/a.ts"; import "zod"; Deno.pid;`,
  },
};

Deno.test("the project's lint settings refuse every import against the boundaries, and no other", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const files = Object.entries(specimens);
    for (const [path, { text }] of files) {
      await Deno.mkdir(`${dir}/${path}/..`, { recursive: true });
      await Deno.writeTextFile(`${dir}/${path}`, text);
    }
    await Deno.mkdir(`${dir}/.lint`);
    await Deno.copyFile(new URL(".lint/boundaries.ts", project), `${dir}/.lint/boundaries.ts`);
    await Deno.copyFile(new URL("deno.json", project), `${dir}/deno.json`);

    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["lint", "--json"],
      cwd: dir,
    }).output();
    const { diagnostics }: { diagnostics: { filename: string; code: string }[] } = JSON.parse(
      new TextDecoder().decode(stdout),
    );

    for (const [path, { objections = {} }] of files) {
      const found: Record<string, number> = {};
      for (const { filename, code } of diagnostics) {
        if (code.startsWith("boundaries/") && filename.endsWith(`/${path}`)) {
          found[code] = (found[code] ?? 0) + 1;
        }
      }
      assertEquals(found, objections, path);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
