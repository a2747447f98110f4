import { z } from "zod";
import { RECORD_STATUSES } from "../../../src/records/record.ts";
import { defineTool, READS } from "../define_tool.ts";
import { choice, paging, text, uuid } from "../fields.ts";
import { presentRecord, recordShape } from "../present/record.ts";
import { fitPage } from "../present/record_page.ts";
import { paged, pageOf } from "../present/wire.ts";

/** `list-records` */
export const listRecords = defineTool({
  name: "list-records",
  title: "List records",
  description: "List and search records (contacts), newest first. Use it to find a record's uuid " +
    "before creating a record or ordering a call.",
  hints: READS,
  permission: null,
  toolset: "core",
  input: z.object({
    search: text(
      "Any part of name, email or phone number; case and phone punctuation do not matter",
    ).optional(),
    status: choice(RECORD_STATUSES, "Filter by status").optional(),
    recordTypeUuid: uuid("Filter by record type").optional(),
    ...paging,
  }),
  output: z.object({
    records: z.array(z.object(recordShape)),
    ...paged,
    notice: z.string().optional(),
  }),
  async call({ app, principal }, input) {
    const page = await app.records.list(principal, input);
    const rows = page.items.map((view) => presentRecord(view, principal));
    return { ...fitPage(rows), ...pageOf(page) };
  },
});
