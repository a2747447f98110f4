import { assert, assertEquals, assertFalse, assertMatch, assertThrows } from "@std/assert";
import { DomainError } from "../../src/kernel/errors.ts";
import { isUuid, newId, requireId } from "../../src/kernel/ids.ts";

Deno.test("an id is a UUID of version 7, in lower case", () => {
  for (let i = 0; i < 200; i++) {
    assertMatch(
      newId(new Date()),
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }
});

Deno.test("an id begins with its millisecond, as in the example of RFC 9562", () => {
  const at = new Date("2022-02-22T19:22:22.000Z");
  assertEquals(newId(at).slice(0, 15), "017f22e2-79b0-7");
  assertEquals(newId(new Date(0)).slice(0, 13), "00000000-0000");
  assertEquals(newId(new Date(2 ** 47)).slice(0, 13), "80000000-0000");
});

Deno.test("ids of later moments sort after earlier ones", () => {
  const start = Date.UTC(2026, 2, 2);
  const moments = [0, 1, 2, 999, 65_535, 65_536, 2 ** 32, 2 ** 36];
  const ids = moments.map((ms) => newId(new Date(start + ms)));
  assertEquals(ids.toSorted(), ids);
});

Deno.test("ids of one millisecond differ", () => {
  const at = new Date();
  assertEquals(new Set(Array.from({ length: 10_000 }, () => newId(at))).size, 10_000);
});

Deno.test("a UUID of any version is one, and nothing else is", () => {
  const id = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  for (const text of [id, id.toUpperCase(), "00000000-0000-0000-0000-000000000000"]) {
    assert(isUuid(text));
  }
  const almost = [id.slice(1), `${id}0`, ` ${id}`, `${id}\n`, id.replaceAll("-", ""), `{${id}}`];
  for (const text of ["", ...almost, id.replace("f", "g")]) assertFalse(isUuid(text), text);
});

Deno.test("a malformed id is refused as a missing row is", () => {
  const id = "017F22E2-79B0-7CC3-98C4-DC0C0C07398F";
  assertEquals(requireId("Call order", id), id.toLowerCase());
  const error = assertThrows(
    () => requireId("Call order", "42"),
    DomainError,
    "Call order not found or access denied",
  );
  assertEquals(error.code, "not_found");
});
