import { assertEquals, assertRejects } from "@std/assert";
import { remembered } from "../../adapters/http/remembered.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("a token is looked up once until its time is over, at once by however many", async () => {
  const clock = new FakeClock();
  let looks = 0;
  const whose = remembered((token) => Promise.resolve(`${token} ${++looks}`), 2000, clock);
  assertEquals(await Promise.all([whose("a"), whose("a"), whose("b")]), ["a 1", "a 1", "b 2"]);
  await clock.advance(1999);
  assertEquals(await whose("a"), "a 1");
  await clock.advance(1);
  assertEquals(await whose("a"), "a 3");
});

Deno.test("a refusal is not remembered", async () => {
  let known = false;
  const look = () => known ? Promise.resolve("Ana") : Promise.reject(new Error("unknown token"));
  const whose = remembered(look, 2000, new FakeClock());
  await assertRejects(() => whose("a"), Error, "unknown token");
  known = true;
  assertEquals(await whose("a"), "Ana");
});

Deno.test("remembering for no time at all asks every time", async () => {
  let looks = 0;
  const whose = remembered(() => Promise.resolve(++looks), 0, new FakeClock());
  assertEquals([await whose("a"), await whose("a")], [1, 2]);
});

Deno.test("what is forgotten is looked up anew, also while a look is under way", async () => {
  const looks: PromiseWithResolvers<string>[] = [];
  const look = () => {
    looks.push(Promise.withResolvers());
    return looks.at(-1)!.promise;
  };
  const whose = remembered(look, 2000, new FakeClock());
  const before = whose("a");
  whose.forget();
  const after = whose("a");
  looks[0].resolve("before");
  looks[1].resolve("after");
  assertEquals([await before, await after, await whose("a")], ["before", "after", "after"]);
});
