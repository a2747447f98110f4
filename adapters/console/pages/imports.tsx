/**
 * Imports of contacts: the list, and the form that takes a file.
 *
 * @module
 */
import type { ContactImport, ImportStatus } from "../../../src/records/contact_import.ts";
import { MAX_IMPORT_BYTES, MAX_IMPORT_ROWS } from "../../../src/records/contact_import.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import { cleanText, clip } from "../../../src/kernel/text.ts";
import { readContacts } from "../../contacts_file/contacts_file.ts";
import { FileError } from "../../contacts_file/file_error.ts";
import { textOf } from "../../contacts_file/text_file.ts";
import type { Form } from "../form.ts";
import { countText } from "../ui/format.ts";
import { FileField, SelectField, SubmitButton } from "../ui/form.tsx";
import {
  Badge,
  EmptyState,
  LinkButton,
  Moment,
  PageHeader,
  Pagination,
  Section,
  Table,
  type Tone,
} from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { csvResponse } from "./csv_response.ts";
import { pageOf, paging } from "./listing.ts";
import { everyType, typeOptions } from "./records.tsx";
import { sentence } from "./sign_in.tsx";

const STATUSES: Record<ImportStatus, [label: string, tone: Tone]> = {
  previewed: ["Ready to start", "info"],
  running: ["Running", "info"],
  done: ["Done", "good"],
  discarded: ["Discarded", "neutral"],
};

/** Where an import stands. */
export function ImportBadge({ status }: { status: ImportStatus }) {
  const [label, tone] = STATUSES[status];
  return <Badge tone={tone}>{label}</Badge>;
}

/** A form has more than its file: a name, a type, and what stands between them. */
const FORM_BYTES = MAX_IMPORT_BYTES + 64 * 1024;
const MAX_FILE_NAME = 200;
const MAX_PROBLEM = 400;

/** Columns that a file may have, what they mean, and what may stand in them. */
const COLUMNS: [name: string, about: string, example: string][] = [
  ["name", "Needed, unless firstName or lastName is there", "Ana Lima"],
  [
    "phoneNumber",
    "Needed. With a country code, or as it is dialled within the country",
    "+1 415 555 0132",
  ],
  ["email", "E-mail address", "ana@example.com"],
  ["firstName", "First name", "Ana"],
  ["lastName", "Last name", "Lima"],
  ["country", "Two letters; for numbers without a country code", "US"],
  ["timeZone", "Where the phone is, if its number does not tell", "America/New_York"],
  [
    "consentAt",
    "When consent to be called was given, with an offset; together with consentSource",
    "2026-01-15T10:00:00Z",
  ],
  ["consentSource", "Where it was given, in your own words", "Web form"],
  ["doNotCall", "yes marks the number, also on a record that is there already", "no"],
];

/** The list, the form, and the template. */
export const IMPORT_PAGES: readonly PageRoute[] = [
  { path: "/imports", ofClient: true, get: listPage },
  {
    path: "/imports/new",
    ofClient: true,
    maxBytes: FORM_BYTES,
    get: (visit) => newPage(visit, { type: visit.query("type") ?? "" }),
    post: upload,
  },
  {
    path: "/imports/template.csv",
    ofClient: true,
    get: () =>
      csvResponse("contacts.csv", [
        [...COLUMNS.map(([name]) => name), "plan"],
        [...COLUMNS.map(([, , example]) => example), "gold"],
      ]),
  },
];

async function listPage(visit: Visit): Promise<Response> {
  const found = await visit.app.imports.list(visit.principal, { page: pageOf(visit) });
  return await visit.page(
    { title: "Imports" },
    <>
      <PageHeader
        title="Imports"
        lead="Contacts from CSV files. Every file is looked at first; nothing is added until you say so."
      >
        <LinkButton href={visit.link("/imports/new")}>Import a file</LinkButton>
      </PageHeader>
      <section class="panel" aria-label="Imports">
        {found.total === 0
          ? (
            <EmptyState title="Nothing was imported yet">
              A file of contacts is all it takes.
            </EmptyState>
          )
          : (
            <>
              <Table
                caption="Imports, newest first"
                columns={[
                  { label: "File" },
                  { label: "Status" },
                  { label: "Added", numeric: true },
                  { label: "Known already", numeric: true },
                  { label: "Refused", numeric: true },
                  { label: "When" },
                ]}
                rows={found.items.map(({ contactImport, typeName }) => [
                  <>
                    <a class="row-link" href={visit.link(`/imports/${contactImport.id}`)}>
                      {contactImport.fileName}
                    </a>
                    <small>{typeName}</small>
                  </>,
                  <ImportBadge status={contactImport.status} />,
                  ...figures(contactImport).map(countText),
                  <>
                    <Moment at={contactImport.createdAt} />
                    <small>{contactImport.actor}</small>
                  </>,
                ])}
              />
              <Pagination {...paging(visit, found)} />
            </>
          )}
      </section>
    </>,
  );
}

function figures({ created, duplicates, refused }: ContactImport): number[] {
  return [created, duplicates, refused];
}

async function upload(visit: Visit, form: Form): Promise<Response> {
  const type = form.text("type");
  const file = form.file("file");
  if (file === null) {
    const problem = "Choose a CSV file; one that is empty has no contacts.";
    return await newPage(visit, { type, problem });
  }
  const fileName = cleanText(file.name, MAX_FILE_NAME) || "contacts.csv";
  const { client } = await visit.app.access.getClient(visit.principal);
  try {
    const text = textOf(fileName, await file.bytes());
    const { contactImport } = await visit.app.imports.preview(visit.principal, {
      recordTypeUuid: type,
      fileName,
      bytes: file.size,
      ...readContacts(fileName, text, client.country),
    });
    return visit.redirect(`/imports/${contactImport.id}`);
  } catch (error) {
    return await newPage(visit, { type, problem: problemOf(error) });
  }
}

/** What is wrong with the file. @throws every other error. */
function problemOf(error: unknown): string {
  const ofFile = error instanceof DomainError && error.code === "invalid";
  if (!ofFile && !(error instanceof FileError)) throw error;
  return clip(error instanceof DomainError ? sentence(error) : error.message, MAX_PROBLEM);
}

async function newPage(
  visit: Visit,
  { type, problem }: { type: string; problem?: string },
): Promise<Response> {
  const [types, { client }] = await Promise.all([
    everyType(visit),
    visit.app.access.getClient(visit.principal),
  ]);
  const title = "Import a file";
  const megabytes = MAX_IMPORT_BYTES / 1_000_000;
  return await visit.page(
    { title, crumbs: [{ label: "Imports", path: "/imports" }], status: problem ? 422 : 200 },
    <>
      <PageHeader title={title} lead="You see what would come of it before anything is added." />
      <Section title="The file">
        {types.length === 0
          ? (
            <EmptyState title="There is no record type yet">
              Each record is of a type, such as Lead. Ask your operator to set the first one up.
            </EmptyState>
          )
          : (
            <form
              class="form"
              method="post"
              action={visit.url.pathname}
              enctype="multipart/form-data"
            >
              <div class="form-row">
                <SelectField
                  label="Type"
                  name="type"
                  hint="What the contacts become"
                  options={typeOptions(types)}
                  value={type}
                />
                <FileField
                  label="CSV file"
                  name="file"
                  hint={`UTF-8, at most ${megabytes} MB and ${countText(MAX_IMPORT_ROWS)} contacts`}
                  accept=".csv,.txt,text/csv,text/plain"
                  error={problem}
                  required
                />
              </div>
              <div class="form-end">
                <SubmitButton>Look at it first</SubmitButton>
              </div>
            </form>
          )}
      </Section>
      <Section
        title="What may stand in it"
        about={
          <>
            The first row names the columns, in any order. Columns with other names become
            parameters, which the assistant can use. Numbers without a country code are taken for
            {" "}
            {client.country}. Cells may be parted by commas, semicolons or tabs.
          </>
        }
      >
        <p class="spaced-after">
          <a href={visit.link("/imports/template.csv")} download>Download a template</a>
        </p>
        <Table
          caption="Columns"
          columns={[{ label: "Column" }, { label: "Meaning" }, { label: "Example" }]}
          rows={COLUMNS.map(([name, about, example]) => [
            <code>{name}</code>,
            about,
            <code>{example}</code>,
          ])}
        />
      </Section>
    </>,
  );
}
