import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DomainError } from "../../src/kernel/errors.ts";
import { canonical, depthOf, type Json, type JsonObject } from "../../src/kernel/json.ts";
import {
  mergeParameters,
  PARAMETER_LIMITS,
  requireEmail,
  requireParameters,
} from "../../src/records/record.ts";

Deno.test("parameters are merged by top-level key, and null removes a key", () => {
  const before = { plan: "gold", seats: 5, address: { city: "Lima", zip: "15001" } };
  assertEquals(mergeParameters(before, {}), before);
  assertEquals(mergeParameters(before, { seats: 6, note: "" }), { ...before, seats: 6, note: "" });
  assertEquals(mergeParameters(before, { address: { city: "Cusco" } }).address, { city: "Cusco" });
  assertEquals(mergeParameters(before, { plan: null, address: null, none: null }), { seats: 5 });
  assertEquals(mergeParameters(before, { plan: false, seats: 0 }), {
    ...before,
    plan: false,
    seats: 0,
  });
  assertEquals(mergeParameters({ a: 1 }, { b: { c: null } }), { a: 1, b: { c: null } });
});

Deno.test("a merge changes neither of its parts, nor any prototype", () => {
  const [before, changes] = [{ a: 1 }, JSON.parse('{"__proto__":{"polluted":1},"a":null}')];
  const merged = mergeParameters(before, changes);
  assertEquals(before, { a: 1 });
  assertEquals(Object.keys(merged), ["__proto__"]);
  assertEquals(Object.getPrototypeOf(merged), Object.prototype);
  assertEquals(Reflect.get({}, "polluted"), undefined);
});

Deno.test("merging the same changes again changes nothing", () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<Json>);
  fc.assert(fc.property(objects, objects, (before, changes) => {
    const once = mergeParameters(before, changes);
    assertEquals(mergeParameters(once, changes), once);
    assertEquals(Object.values(once).includes(null), false);
  }));
});

Deno.test("parameters up to every limit are taken as they are", () => {
  const { keys, keyLength, bytes } = PARAMETER_LIMITS;
  const many = Object.fromEntries(Array.from({ length: keys }, (_, i) => [`key ${i}`, i]));
  const long = { ["k".repeat(keyLength)]: true };
  const large = { k: "x".repeat(bytes - '{"k":""}'.length) };
  const others: JsonObject[] = [{}, { a: { b: { c: { d: 1 } } } }, { é: "\n\t" }];
  for (const parameters of [many, long, large, ...others]) {
    assertEquals(requireParameters(parameters), parameters);
  }
});

Deno.test("parameters beyond a limit are refused", () => {
  const { keys, keyLength, bytes } = PARAMETER_LIMITS;
  const many = Object.fromEntries(Array.from({ length: keys + 1 }, (_, i) => [`key ${i}`, i]));
  const wrong: [JsonObject, string][] = [
    [many, `at most ${keys} keys`],
    [{ ["k".repeat(keyLength + 1)]: 1 }, `1 to ${keyLength} characters`],
    [{ "": 1 }, `1 to ${keyLength} characters`],
    [{ "  ": 1 }, `1 to ${keyLength} characters`],
    [{ a: { b: { c: { d: [1] } } } }, "levels deep"],
    [{ a: [[[["e"]]]] }, "levels deep"],
    [{ k: "x".repeat(bytes - '{"k":""}'.length + 1) }, `at most ${bytes} bytes`],
    [{ k: "é".repeat(bytes / 2) }, `at most ${bytes} bytes`],
    [{ k: "a\u0000b" }, "control"],
    [{ k: { "a\u0000b": 1 } }, "control"],
    [{ "a\u0000b": 1 }, "control"],
    [{ k: ["ok", ["\ud800"]] }, "Unicode"],
    [JSON.parse('{"k":[1e400]}'), "numbers must be"],
    [{ k: { a: -Infinity } }, "numbers must be"],
  ];
  for (const [parameters, problem] of wrong) {
    const error = assertThrows(() => requireParameters(parameters), DomainError, problem);
    assertEquals([error.code, error.details.field], ["invalid", "parameters"]);
  }
});

Deno.test("a depth counts the levels below a value", () => {
  const depths: [Json, number][] = [
    ...[[1, 0], [null, 0], ["", 0], [{}, 0], [[], 0]] as [Json, number][],
    ...[[[1], 1], [{ a: 1 }, 1], [{ a: [1], b: {} }, 2]] as [Json, number][],
  ];
  for (const [value, depth] of depths) assertEquals(depthOf(value), depth);
});

Deno.test("equal values have one canonical text, whatever the order of their keys", () => {
  const shuffled = { b: [{ y: 1, x: "2" }], a: null };
  assertEquals(canonical(shuffled), '{"a":null,"b":[{"x":"2","y":1}]}');
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assertEquals(JSON.parse(canonical(value as Json)), value);
  }));
});

Deno.test("an e-mail address is trimmed, and what is surely none is refused", () => {
  assertEquals(
    requireEmail("email", " Ana.Lima+x@mail.example.co.uk "),
    "Ana.Lima+x@mail.example.co.uk",
  );
  const wrong = ["", "ana", "ana@", "@example.com", "ana@example", "a b@example.com", "a@b@c.de"];
  for (const text of [...wrong, "<ana@example.com>", `${"a".repeat(250)}@b.de`, "a\u0000@b.de"]) {
    assertThrows(() => requireEmail("email", text), DomainError, "email: ");
  }
});
