import { assertEquals, assertExists } from "@std/assert";
import { surfaceTables } from "../../adapters/mcp/surface_table.ts";

/** The same tables without what a formatter adds to line columns up. */
function unaligned(markdown: string): string {
  return markdown.replaceAll(/[ -]*\|[ -]*/g, "|").trim();
}

Deno.test("the README's tables are the catalogue's: deno run adapters/mcp/surface_table.ts", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const between = /<!-- surface:begin -->([\s\S]*)<!-- surface:end -->/.exec(readme);
  assertExists(between);
  assertEquals(unaligned(between[1]), unaligned(surfaceTables()));
});
