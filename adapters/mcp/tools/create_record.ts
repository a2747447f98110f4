import { z } from "zod";
import { MAX_NAME } from "../../../src/records/create_record.ts";
import { MAX_EMAIL } from "../../../src/records/record.ts";
import { defineTool } from "../define_tool.ts";
import { jsonObject, PARAMETERS, text, uuid } from "../fields.ts";
import { presentRecord, recordShape } from "../present/record.ts";

/** `create-record` */
export const createRecord = defineTool({
  name: "create-record",
  title: "Create a record",
  description: "Add a record (contact). Use it when list-records does not find the person. " +
    "Get recordTypeUuid from list-record-types. If the number exists in that type already, the " +
    "error names the record: use it. Next: create-call-order.",
  hints: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  permission: null,
  toolset: "core",
  input: z.object({
    name: text(`Full name, up to ${MAX_NAME} characters`),
    phoneNumber: text("International, e.g. +14155550132, or national if country is given"),
    recordTypeUuid: uuid("UUID of the record type"),
    email: text(`Email address, up to ${MAX_EMAIL} characters`).optional(),
    firstName: text(`First name, up to ${MAX_NAME} characters`).optional(),
    lastName: text(`Last name, up to ${MAX_NAME} characters`).optional(),
    country: text("Two-letter country code, e.g. US, AE (default: the number's own)").optional(),
    parameters: jsonObject(
      `Custom key-value data the agent will know: ${PARAMETERS}`,
    ).optional(),
  }),
  output: z.object(recordShape),
  async call({ app, principal }, input) {
    return presentRecord(await app.records.create(principal, input), principal);
  },
});
