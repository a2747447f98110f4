import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { clip, shown } from "../../src/kernel/text.ts";

Deno.test("text that is short enough stays as it is, and longer text ends with an ellipsis", () => {
  assertEquals(clip("", 3), "");
  assertEquals(clip("abc", 3), "abc");
  assertEquals(clip("abcd", 3), "abc…");
});

Deno.test("no character is cut in two, and broken ones are not passed on", () => {
  assertEquals(clip("ab😀d", 3), "ab…");
  assertEquals(clip("ab😀d", 4), "ab😀…");
  assertEquals(clip("a\ud83d", 9), "a\ufffd");
  const text = fc.string({ unit: "binary" });
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 20 }), (whole, max) => {
    const cut = clip(whole, max);
    assert(cut.isWellFormed() && cut.length <= max + 1);
    if (whole.length > max) assert(whole.startsWith(cut.slice(0, -1)));
  }));
});

Deno.test("what an error repeats of a caller's own value is well-formed wherever it is cut", () => {
  for (const before of ["", "y"]) assert(shown(before + "😀".repeat(100)).isWellFormed());
});
