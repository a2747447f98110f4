import { z } from "zod";
import { MAX_SEARCH } from "../../../src/kernel/text.ts";
import { RECORD_STATUSES } from "../../../src/records/record.ts";
import { defineTool, READS } from "../define_tool.ts";
import { choice, paging, text, uuid } from "../fields.ts";
import { presentRecord, recordShape } from "../present/record.ts";
import { cut, type Reduction, shortenRows, without } from "../present/fit_page.ts";
import { paged, pageOf } from "../present/wire.ts";

const WHERE = "get-record shows them, or ask for a smaller limit";
const LONG = 300;
const COUNTED = "total is a lower bound, because so many records match; narrow the search to count";

const listed = z.object(recordShape);

const REDUCTIONS: Reduction<z.input<typeof listed>>[] = [
  {
    notice: `long parameters are left out; ${WHERE}`,
    reduce: (row) =>
      JSON.stringify(row.parameters ?? {}).length > LONG ? without(row, "parameters") : row,
  },
  {
    notice: `parameters are left out; ${WHERE}`,
    reduce: (row) => without(row, "parameters"),
  },
  {
    notice: `first and last name are left out, long names and emails cut off; ${WHERE}`,
    reduce: (row) => cut(without(row, "firstName", "lastName"), 40, "name", "email"),
  },
];

/** `list-records` */
export const listRecords = defineTool({
  name: "list-records",
  title: "List records",
  description: "List and search records (contacts), newest first. Use it to find a record's uuid " +
    "before adding a record or ordering a call. Next: get-record, create-call-order.",
  hints: READS,
  permission: null,
  toolset: "core",
  input: z.object({
    search: text(
      `Any part of name, email or phone number, however written, up to ${MAX_SEARCH} characters`,
    ).optional(),
    status: choice(RECORD_STATUSES, "Filter by status").optional(),
    recordTypeUuid: uuid("Filter by record type").optional(),
    ...paging,
  }),
  output: z.object({
    records: z.array(listed),
    ...paged,
    notice: z.string().optional(),
  }),
  async call({ app, principal }, input) {
    const page = await app.records.list(principal, input);
    return {
      records: page.items.map((view) => presentRecord(view, principal)),
      ...pageOf(page),
      ...(page.atLeast ? { notice: COUNTED } : {}),
    };
  },
  shorten: shortenRows("records", REDUCTIONS),
});
