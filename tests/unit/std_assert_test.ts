import * as std from "@std/assert";

const declarations = new URL("../support/std/assert.d.ts", import.meta.url);

Deno.test("the hand-written types of @std/assert declare exactly what the package exports", async () => {
  const text = await Deno.readTextFile(declarations);
  const declared = [...text.matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name);
  std.assertEquals([...new Set(declared)].toSorted(), Object.keys(std).toSorted());
});
