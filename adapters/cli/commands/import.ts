import type { App } from "../../../src/app.ts";
import type { ImportReport } from "../../../src/records/import_records.ts";
import { CommandError, defineCommand, type Machine, OPERATOR } from "../command.ts";
import { type Contacts, readContacts } from "../../contacts_file/contacts_file.ts";
import { textOf } from "../../contacts_file/text_file.ts";
import { recordTypesOf } from "./record_types.ts";
import { requireClient } from "./set_up.ts";

/** Rows per transaction. */
const BATCH = 200;
/** Lines with problems that a person is shown. */
const MAX_SHOWN = 50;

/** `import FILE.csv` */
export const importContacts = defineCommand({
  name: "import",
  about:
    "Add the contacts of a CSV file. Numbers that the type has already are left as they are, " +
    "or marked when they must not be called.",
  options: {
    client: { type: "string", value: "NAME", about: "Whose contacts.", required: true },
    "record-type": { type: "string", value: "NAME", about: "Of which type.", required: true },
  },
  positionals: ["FILE.csv"],
  async run(machine, { values, positionals: [path] }) {
    const text = textOf(path, await machine.readFile(path));
    const { app } = await machine.open();
    const { country } = await requireClient(app, values.client);
    const recordTypeUuid = await typeOf(app, values.client, values["record-type"]);
    const contacts = readContacts(path, text, country);
    const report = await importAll(machine, app, recordTypeUuid, contacts);
    const { created, duplicates, refused } = report;
    return {
      json: { created, duplicates, refused },
      text: `${created} created, ${duplicates.length} there already, ${refused.length} refused`,
      remark: problems(path, report),
      incomplete: refused.length > 0,
    };
  },
});

async function importAll(
  { progress }: Machine,
  app: App,
  recordTypeUuid: string,
  { rows, refused }: Contacts,
): Promise<ImportReport> {
  const report: ImportReport = { created: 0, duplicates: [], refused: [...refused] };
  for (let done = 0; done < rows.length; done += BATCH) {
    progress(`${done} of ${rows.length} contacts`);
    const batch = { recordTypeUuid, rows: rows.slice(done, done + BATCH) };
    const part = await app.records.import(OPERATOR, batch);
    report.created += part.created;
    report.duplicates.push(...part.duplicates);
    report.refused.push(...part.refused);
  }
  report.refused.sort((a, b) => a.line - b.line);
  return report;
}

function problems(path: string, { refused }: ImportReport): string | undefined {
  if (refused.length === 0) return undefined;
  const lines = refused.slice(0, MAX_SHOWN).map(({ line, problem }) =>
    `${path}, line ${line}: ${problem}`
  );
  const rest = refused.length - lines.length;
  if (rest > 0) lines.push(`and ${rest} more; --json lists them all`);
  lines.push("Mend these lines and import the file again: what was created is not created twice.");
  return lines.join("\n");
}

async function typeOf(app: App, clientName: string, typeName: string): Promise<string> {
  const types = await recordTypesOf(app, clientName);
  const wanted = typeName.trim().toLowerCase();
  const found = types.find(({ type }) => type.name.toLowerCase() === wanted);
  if (found) return found.type.id;
  const names = types.map(({ type }) => type.name).join(", ") || "none";
  throw new CommandError(
    `${clientName} has no record type "${typeName}"; it has: ${names}. ` +
      '"studio record-type create" adds one.',
  );
}
