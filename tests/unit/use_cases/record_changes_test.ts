import { assertEquals } from "@std/assert";
import type { Touched } from "../../../src/kernel/changes.ts";
import { addCall, addRecord, openStudio, type Studio } from "../../support/studio.ts";
import { scopeOf } from "../../../src/access/principal.ts";

/** What is told of while something is done. */
async function told(studio: Studio, work: () => Promise<unknown>) {
  const heard: (Touched | null)[] = [];
  const { ports: { changes }, admin } = studio;
  const stop = changes.subscribe(scopeOf(admin), ({ touched }) => heard.push(touched));
  await work();
  stop();
  return heard;
}

Deno.test("whoever moves records in lists and searches says so, and calls do not", async () => {
  const studio = await openStudio();
  const { app, admin, company } = studio;
  const recordTypeUuid = company.type.id;
  const { id: uuid } = await addRecord(studio, {});
  const fields = { name: "Ana", phoneNumber: "+14155550132" };
  const moving: [string, () => Promise<unknown>][] = [
    ["create", () => app.records.create(admin, { ...fields, recordTypeUuid })],
    ["update", () => app.records.update(admin, { uuid, name: "Li" })],
    [
      "import",
      () => {
        const rows = [{ line: 2, fields: { ...fields, phoneNumber: "+14155550133" } }];
        return app.records.import(admin, { recordTypeUuid, rows });
      },
    ],
  ];
  for (const [what, work] of moving) {
    const heard = await told(studio, work);
    assertEquals(heard.some((touched) => touched?.recordLists), true, what);
  }
  const heard = await told(studio, () => addCall(studio));
  assertEquals(heard.filter((touched) => touched === null || touched.recordLists), []);
});
