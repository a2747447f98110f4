import { assertEquals, assertRejects } from "@std/assert";
import { Waits } from "../../adapters/mcp/waits.ts";

/** Waits until the signal; says whether it had to. */
function waiting(signal: AbortSignal): Promise<"waited" | "at once"> {
  if (signal.aborted) return Promise.resolve("at once");
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve("waited")));
}

Deno.test("when every place is taken, one more is answered at once", async () => {
  const waits = new Waits(2);
  const over = new AbortController();
  const early = [waits.hold(over.signal, waiting), waits.hold(over.signal, waiting)];
  assertEquals(await waits.hold(over.signal, waiting), "at once");
  over.abort();
  assertEquals(await Promise.all(early), ["waited", "waited"]);
});

Deno.test("whoever has waited leaves a place, failed or not", async () => {
  const waits = new Waits(1);
  await assertRejects(() =>
    waits.hold(new AbortController().signal, () => Promise.reject(new Error("no")))
  );
  const over = new AbortController();
  const waited = waits.hold(over.signal, waiting);
  over.abort();
  assertEquals(await waited, "waited");
});
