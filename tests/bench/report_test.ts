import { assert, assertEquals } from "@std/assert";
import { excerpt, withExcerpt } from "./report.ts";

const read = (path: string) => Deno.readTextFile(new URL(path, import.meta.url));

Deno.test("the README's figures are those of the last run", async () => {
  const [readme, tables] = [await read("../../README.md"), await read("./results.md")];
  assert(excerpt(tables).includes("| get-record |"), "results.md compares nothing");
  const message = "README.md: run `deno task bench`, which writes both";
  assertEquals(readme, withExcerpt(readme, tables), message);
});
