import { defineCommand } from "../command.ts";
import { setupJsonSchema } from "../setup_schema.ts";

/** `schema` */
export const printSchema = defineCommand({
  name: "schema",
  about: "Print the setup file's JSON Schema, for editors.",
  options: {},
  run() {
    const schema = setupJsonSchema();
    return Promise.resolve({ json: schema, text: JSON.stringify(schema, null, 2) });
  },
});
