import type { App } from "../../../src/app.ts";
import type { RecordTypeView } from "../../../src/records/record_repo.ts";
import { defineCommand, OPERATOR } from "../command.ts";
import { table } from "../table.ts";
import { allPages, isOf } from "./pages.ts";
import { setUpClient } from "./set_up.ts";

/** `record-type create` */
export const createRecordType = defineCommand({
  name: "record-type create",
  about: "Create a record type of a client, or change its description.",
  options: {
    client: { type: "string", value: "NAME", about: "Whose type.", required: true },
    name: { type: "string", value: "NAME", about: "Such as Lead.", required: true },
    description: { type: "string", value: "TEXT", about: "What such contacts are." },
  },
  async run(machine, { values: { client, name, description } }) {
    return await setUpClient(machine, { name: client, recordTypes: [{ name, description }] });
  },
});

/** `record-type list` */
export const listRecordTypes = defineCommand({
  name: "record-type list",
  about: "List record types with how many records they have.",
  options: { client: { type: "string", value: "NAME", about: "Of this client alone." } },
  async run(machine, { values: { client } }) {
    const { app } = await machine.open();
    const rows = (await recordTypesOf(app, client)).map(({ type, clientName, records }) => ({
      uuid: type.id,
      client: clientName,
      name: type.name,
      description: type.description,
      records,
    }));
    return {
      json: rows,
      text: table(
        ["uuid", "client", "name", "records"],
        rows.map((row) => [row.uuid, row.client, row.name, String(row.records)]),
      ),
    };
  },
});

/** Record types of a client, or of all. */
export async function recordTypesOf(app: App, client?: string): Promise<RecordTypeView[]> {
  const all = await allPages((request) => app.records.listTypes(OPERATOR, request));
  return all.filter(({ clientName }) => isOf(client, clientName));
}
