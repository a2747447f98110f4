import { z } from "zod";
import { defineTool, READS } from "../define_tool.ts";
import { paging } from "../fields.ts";
import { compact, owned, ownerOf, paged, pageOf } from "../present/wire.ts";

/** `list-record-types` */
export const listRecordTypes = defineTool({
  name: "list-record-types",
  title: "List record types",
  description: "List record types (kinds of contact), newest first, to learn the recordTypeUuid " +
    "that create-record and list-records take.",
  hints: READS,
  permission: null,
  toolset: "discovery",
  input: z.object(paging),
  output: z.object({
    recordTypes: z.array(z.object({
      uuid: z.string(),
      name: z.string(),
      description: z.string().optional(),
      records: z.int(),
      ...owned,
    })),
    ...paged,
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
});
