import { assertEquals, assertThrows } from "@std/assert";
import { DomainError } from "../../src/kernel/errors.ts";
import { offsetOf, pageRequest, toPage } from "../../src/kernel/page.ts";

Deno.test("a page is the first, of twenty rows, unless asked otherwise", () => {
  assertEquals(pageRequest({}), { page: 1, limit: 20 });
  assertEquals(pageRequest({ page: 3 }), { page: 3, limit: 20 });
  assertEquals(pageRequest({ page: undefined, limit: 100 }), { page: 1, limit: 100 });
});

Deno.test("a page or limit out of range is refused by name", () => {
  for (const page of [0, -1, 1.5, NaN, Infinity, 1_000_001]) {
    assertThrows(() => pageRequest({ page }), DomainError, "page: ");
  }
  for (const limit of [0, -1, 1.5, NaN, Infinity, 101]) {
    assertThrows(() => pageRequest({ limit }), DomainError, "limit: ");
  }
});

Deno.test("rows before a page are those of the pages before it", () => {
  assertEquals(offsetOf({ page: 1, limit: 20 }), 0);
  assertEquals(offsetOf({ page: 4, limit: 7 }), 21);
});

Deno.test("there is more as long as a later page has rows", () => {
  const hasMore = (page: number, items: number, total: number) =>
    toPage({ page, limit: 10 }, { items: Array(items).fill(0), total }).hasMore;
  assertEquals(hasMore(1, 10, 11), true);
  assertEquals(hasMore(1, 10, 10), false);
  assertEquals(hasMore(2, 1, 11), false);
  assertEquals(hasMore(1, 0, 0), false);
  assertEquals(hasMore(9, 0, 11), false);
});

Deno.test("a page says which it is", () => {
  assertEquals(toPage({ page: 2, limit: 1 }, { items: ["b"], total: 3 }), {
    items: ["b"],
    total: 3,
    page: 2,
    limit: 1,
    hasMore: true,
  });
});
