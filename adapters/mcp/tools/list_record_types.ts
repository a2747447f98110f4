import { z } from "zod";
import { defineTool, READS } from "../define_tool.ts";
import { paging } from "../fields.ts";
import { cut, type Reduction, shortenRows, without } from "../present/fit_page.ts";
import { compact, owned, ownerOf, paged, pageOf } from "../present/wire.ts";

const listed = z.object({
  uuid: z.string(),
  name: z.string(),
  description: z.string().optional(),
  records: z.int(),
  ...owned,
});

const REDUCTIONS: Reduction<z.input<typeof listed>>[] = [{
  notice: "long descriptions are cut off; ask for a smaller limit",
  reduce: (row) => cut(row, 60, "description"),
}, {
  notice: "descriptions are left out, long names cut off; ask for a smaller limit",
  reduce: (row) => cut(without(row, "description"), 60, "name"),
}];

/** `list-record-types` */
export const listRecordTypes = defineTool({
  name: "list-record-types",
  title: "List record types",
  description: "List record types (kinds of contact), newest first. Use it to learn the " +
    "recordTypeUuid of records. Next: create-record.",
  hints: READS,
  permission: null,
  toolset: "discovery",
  input: z.object(paging),
  output: z.object({
    recordTypes: z.array(listed),
    ...paged,
    notice: z.string().optional(),
  }),
  async call({ app, principal }, input) {
    const page = await app.records.listTypes(principal, input);
    const recordTypes = page.items.map(({ type, clientName, records }) =>
      compact({
        uuid: type.id,
        name: type.name,
        description: type.description,
        records,
        ...ownerOf(principal, type, clientName),
      })
    );
    return { recordTypes, ...pageOf(page) };
  },
  shorten: shortenRows("recordTypes", REDUCTIONS),
});
