import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { DomainError } from "../../../src/kernel/errors.ts";
import { command, play, setStage } from "../../support/random_work.ts";
import { assertSumsHold } from "../../support/recount.ts";
import { contentsOf } from "../../support/watched_store.ts";

Deno.test("after a thousand commands, figures, outcomes and money equal a recount", async () => {
  const worked = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 1000, maxLength: 1000, size: "max" }),
      async (commands) => {
        const stage = await setStage();
        for (const [i, each] of commands.entries()) {
          try {
            await play(stage, each);
            worked.set(each.do, (worked.get(each.do) ?? 0) + 1);
          } catch (error) {
            if (!(error instanceof DomainError)) throw error;
          }
          if (i % 100 === 99) assertSumsHold(await contentsOf(stage.studio.store));
        }
        const dialled = stage.studio.gateway.dialled.map(({ ref }) => ref.callId);
        assertEquals(new Set(dialled).size, dialled.length, "no call is dialled twice");
      },
    ),
    { numRuns: 3 },
  );
  for (const kind of ["record", "order", "initiate", "event", "status", "stop", "topUp"]) {
    assert((worked.get(kind) ?? 0) > 10, `${kind} worked ${worked.get(kind)} times`);
  }
});
