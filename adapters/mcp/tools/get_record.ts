import { z } from "zod";
import { defineTool, READS } from "../define_tool.ts";
import { uuid } from "../fields.ts";
import { countsShape, presentRecordDetails, recordShape } from "../present/record.ts";
import { named } from "../present/wire.ts";

/** `get-record` */
export const getRecord = defineTool({
  name: "get-record",
  title: "Get a record",
  description: "Get one record with its type and how many call orders, calls, outcomes and notes " +
    "it has. Use it before a contact is changed or called. The resource studio://records/{uuid} " +
    "has its history. Next: create-call-order.",
  hints: READS,
  permission: null,
  toolset: "core",
  input: z.object({ uuid: uuid("UUID of the record") }),
  output: z.object({
    ...recordShape,
    recordType: named,
    timeZone: z.string().optional(),
    consentAt: z.string().optional(),
    counts: countsShape,
  }),
  async call({ app, principal }, input) {
    return presentRecordDetails(await app.records.get(principal, input.uuid), principal);
  },
});
