/**
 * One import: what would come of it, how far it is, and what became of it. One file, because it is one
 * page at three moments.
 *
 * @module
 */
import {
  type ContactImport,
  type ImportProblem,
  MAX_PROBLEMS,
} from "../../../src/records/contact_import.ts";
import type { ContactImportView } from "../../../src/records/contact_import_repo.ts";
import type { ImportRow } from "../../../src/records/import_records.ts";
import { PREVIEW_HOURS } from "../../../src/records/run_imports.ts";
import { countText } from "../ui/format.ts";
import {
  Badge,
  Confirm,
  EmptyState,
  LinkButton,
  Moment,
  Notice,
  PageHeader,
  Section,
  Table,
} from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { csvResponse, inert } from "./csv_response.ts";
import { ImportBadge } from "./imports.tsx";

/** Rows of the file that are shown before it is imported. */
const SHOWN_ROWS = 5;
/** Seconds after which a page without scripts looks again. */
const LOOK_AGAIN = 2;

/** The page, what its buttons do, and the report. */
export const IMPORT_PAGE: readonly PageRoute[] = [
  { path: "/imports/:uuid", ofClient: true, get: importPage },
  {
    path: "/imports/:uuid/start",
    ofClient: true,
    async post(visit) {
      await visit.app.imports.start(visit.principal, visit.params.uuid);
      return visit.redirect(`/imports/${visit.params.uuid}`);
    },
  },
  {
    path: "/imports/:uuid/discard",
    ofClient: true,
    async post(visit) {
      await visit.app.imports.discard(visit.principal, visit.params.uuid);
      return visit.redirect(`/imports/${visit.params.uuid}`);
    },
  },
  {
    path: "/imports/:uuid/refused.csv",
    ofClient: true,
    async get(visit) {
      const { contactImport } = await visit.app.imports.get(visit.principal, visit.params.uuid);
      const rows = contactImport.problems.map(({ line, problem }) => [
        String(line),
        inert(problem),
      ]);
      const { refused } = contactImport;
      if (refused > rows.length) {
        rows.push(["", `The first ${rows.length} of ${countText(refused)} refused lines are kept`]);
      }
      return csvResponse("refused-lines.csv", [["line", "problem"], ...rows]);
    },
  },
];

async function importPage(visit: Visit): Promise<Response> {
  const view = await visit.app.imports.sample(visit.principal, visit.params.uuid);
  const { contactImport, sample, typeName } = view;
  const running = contactImport.status === "running";
  return await visit.page(
    {
      title: contactImport.fileName,
      crumbs: [{ label: "Imports", path: "/imports" }],
      scripts: running ? ["progress.js"] : [],
    },
    <>
      <PageHeader
        title={contactImport.fileName}
        lead={
          <>
            <ImportBadge status={contactImport.status} /> As {typeName}, by {contactImport.actor},
            {" "}
            <Moment at={contactImport.createdAt} />
          </>
        }
      />
      <Standing visit={visit} view={view} />
      {contactImport.status === "previewed" && <Sample rows={sample} />}
      <Refused visit={visit} contactImport={contactImport} />
    </>,
  );
}

function Standing({ visit, view }: { visit: Visit; view: ContactImportView }) {
  const { contactImport } = view;
  switch (contactImport.status) {
    case "previewed":
      return <Preview visit={visit} contactImport={contactImport} />;
    case "running":
      return <Progress visit={visit} contactImport={contactImport} />;
    case "done":
      return (
        <>
          <Notice tone="good" title="The import is done">
            Ended <Moment at={contactImport.endedAt} />
          </Notice>
          <Section title="What came of it">
            <Figures
              items={[
                [contactImport.created, "added"],
                [contactImport.duplicates, "known already"],
                [contactImport.refused, "refused"],
              ]}
            />
            <div class="form-end spaced">
              <LinkButton href={visit.link(`/records?type=${contactImport.typeId}`)}>
                Look at the records
              </LinkButton>
            </div>
          </Section>
        </>
      );
    case "discarded":
      return (
        <Notice tone="neutral" title="The import was given up">
          {contactImport.created > 0
            ? `${countText(contactImport.created)} records had been added by then, and stay.`
            : "Nothing was added. Upload the file again to import it after all."}
        </Notice>
      );
  }
}

/** Counts with what they count. */
function Figures({ items }: { items: [count: number, of: string][] }) {
  return (
    <dl class="figures">
      {items.map(([count, of]) => (
        <div>
          <dt>{of}</dt>
          <dd>{countText(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Preview({ visit, contactImport }: { visit: Visit; contactImport: ContactImport }) {
  const { id, rows, expected, refused } = contactImport;
  return (
    <Section
      title="What would come of it"
      about={`Nothing is added yet. The file waits for ${PREVIEW_HOURS} hours.`}
    >
      <Figures
        items={[
          [expected.created, "would be added"],
          [expected.duplicates, "known already"],
          [refused, "refused"],
        ]}
      />
      <p class="hint spaced">
        Known already means that this type has the number, or that it stands further up in the file.
        Those records stay as they are, but for do-not-call marks.
      </p>
      {rows === 0 && (
        <p class="error spaced">There is nothing to import: mend the lines below, and try again.</p>
      )}
      <div class="form-end spaced">
        {rows > 0 && (
          <form method="post" action={visit.link(`/imports/${id}/start`)}>
            <button class="button" type="submit">Start import</button>
          </form>
        )}
        <form method="post" action={visit.link(`/imports/${id}/discard`)}>
          <button class="button quiet" type="submit">Discard</button>
        </form>
      </div>
    </Section>
  );
}

/** Scripts look again and again at this part; without them the whole page does. */
function Progress({ visit, contactImport }: { visit: Visit; contactImport: ContactImport }) {
  const { id, rows, nextRow, created, duplicates, refused } = contactImport;
  return (
    <Section title="Under way" about="You may leave this page; the import goes on.">
      <noscript>
        <meta http-equiv="refresh" content={String(LOOK_AGAIN)} />
      </noscript>
      <div data-progress>
        <p class="progress">
          <label for="progress">
            {countText(nextRow)} of {countText(rows)} contacts
          </label>
          <progress id="progress" value={nextRow} max={Math.max(1, rows)}>
            {Math.floor(100 * nextRow / Math.max(1, rows))}%
          </progress>
        </p>
        <Figures
          items={[[created, "added"], [duplicates, "known already"], [refused, "refused"]]}
        />
      </div>
      <div class="spaced">
        <Confirm
          label="Stop"
          question="Stop here? What is added stays, and the rest of the file is forgotten."
          action={visit.link(`/imports/${id}/discard`)}
          confirm="Stop the import"
        />
      </div>
    </Section>
  );
}

function Sample({ rows }: { rows: ImportRow[] }) {
  if (rows.length === 0) return null;
  const shown = rows.slice(0, SHOWN_ROWS);
  return (
    <Section title="How it was read" about="The first contacts, as they would be stored.">
      <p class="columns">
        {columnsOf(rows).map(([name, parameter]) => (
          <Badge tone={parameter ? "neutral" : "good"}>
            {parameter ? `parameter ${name}` : name}
          </Badge>
        ))}
      </p>
      <Table
        caption="First contacts of the file"
        columns={[
          { label: "Line", numeric: true },
          { label: "Name" },
          { label: "Phone number" },
          { label: "E-mail address" },
          { label: "Parameters" },
        ]}
        rows={shown.map(({ line, fields }) => [
          String(line),
          <>
            {fields.name}
            {fields.doNotCall && <small>Do not call</small>}
            {fields.consent && <small>Consent: {fields.consent.source}</small>}
          </>,
          <span class="nowrap">{fields.phoneNumber}</span>,
          fields.email ?? <span class="muted">none</span>,
          <ul>
            {Object.entries(fields.parameters ?? {}).map(([key, value]) => (
              <li>
                {key}: {String(value)}
              </li>
            ))}
          </ul>,
        ])}
      />
    </Section>
  );
}

/** Columns with anything in them: fields first, then parameters. */
function columnsOf(rows: ImportRow[]): [name: string, parameter: boolean][] {
  const fields = new Set<string>();
  const parameters = new Set<string>();
  for (const { fields: { parameters: own = {}, ...known } } of rows) {
    for (const [name, value] of Object.entries(known)) {
      if (value !== undefined && value !== false) fields.add(name);
    }
    for (const name of Object.keys(own)) parameters.add(name);
  }
  return [
    ...[...fields].map((name): [string, boolean] => [name, false]),
    ...[...parameters].map((name): [string, boolean] => [name, true]),
  ];
}

function Refused({ visit, contactImport }: { visit: Visit; contactImport: ContactImport }) {
  const { id, problems, refused, status } = contactImport;
  if (refused === 0) {
    return status === "previewed" ? <EmptyState title="No line was refused" /> : null;
  }
  const about = refused > problems.length
    ? `The first ${MAX_PROBLEMS} of ${countText(refused)}. Mend them in your file, and import it ` +
      "again: what is there already is not added twice."
    : "Mend them in your file, and import it again: what is there already is not added twice.";
  return (
    <Section title="Refused lines" about={about}>
      <p class="spaced-after">
        <a href={visit.link(`/imports/${id}/refused.csv`)} download>Download as CSV</a>
      </p>
      <Problems problems={problems} />
    </Section>
  );
}

function Problems({ problems }: { problems: ImportProblem[] }) {
  return (
    <Table
      caption="Refused lines"
      columns={[{ label: "Line", numeric: true }, { label: "Problem" }]}
      rows={problems.map(({ line, problem }) => [countText(line), problem])}
    />
  );
}
