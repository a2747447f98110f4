import { z } from "zod";
import { PARAMETER_LIMITS } from "../../../src/records/record.ts";
import { MAX_NAME } from "../../../src/records/create_record.ts";
import { defineTool } from "../define_tool.ts";
import { jsonObject, text, uuid } from "../fields.ts";
import { presentRecord, recordShape } from "../present/record.ts";

const { keys, bytes, depth } = PARAMETER_LIMITS;

/** `create-record` */
export const createRecord = defineTool({
  name: "create-record",
  title: "Create a record",
  description: "Add a record (contact). Get recordTypeUuid from list-record-types. If the number " +
    "exists in that type already, the error names the record: use it. " +
    "Next: create-call-order. Calls nobody.",
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
    email: text("Email address").optional(),
    firstName: text("First name").optional(),
    lastName: text("Last name").optional(),
    country: text("Two-letter country code, e.g. US, AE (default: the number's own)").optional(),
    parameters: jsonObject(
      `Custom key-value data the agent will know: up to ${keys} keys, ${depth} levels, ` +
        `${bytes} bytes`,
    ).optional(),
  }),
  output: z.object(recordShape),
  async call({ app, principal }, input) {
    return presentRecord(await app.records.create(principal, input), principal);
  },
});
