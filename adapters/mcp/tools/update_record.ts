import { z } from "zod";
import { MAX_NAME } from "../../../src/records/create_record.ts";
import { MAX_EMAIL, RECORD_STATUSES } from "../../../src/records/record.ts";
import { defineTool } from "../define_tool.ts";
import { choice, jsonObject, text, uuid } from "../fields.ts";
import { presentRecord, recordShape } from "../present/record.ts";

/** `update-record` */
export const updateRecord = defineTool({
  name: "update-record",
  title: "Update a record",
  description: "Change fields of a record; what is not passed stays. Use it to mend what " +
    "is known, or to end calling: archived and inactive records are never called. " +
    "Next: create-call-order.",
  hints: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  permission: null,
  toolset: "core",
  input: z.object({
    uuid: uuid("UUID of the record"),
    name: text(`Updated full name, up to ${MAX_NAME} characters`).optional(),
    email: text(`Updated email, up to ${MAX_EMAIL} characters; empty removes it`).optional(),
    phoneNumber: text("Updated phone number, international").optional(),
    status: choice(RECORD_STATUSES, "Updated status").optional(),
    firstName: text(`Updated first name, up to ${MAX_NAME} characters; empty removes it`)
      .optional(),
    lastName: text(`Updated last name, up to ${MAX_NAME} characters; empty removes it`)
      .optional(),
    parameters: jsonObject(
      "Updated custom parameters, merged by top-level key; null removes a key; limits of " +
        "create-record",
    ).optional(),
  }),
  output: z.object(recordShape),
  async call({ app, principal }, input) {
    return presentRecord(await app.records.update(principal, input), principal);
  },
});
