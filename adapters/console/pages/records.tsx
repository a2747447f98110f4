/**
 * Records: search, filters, and the list.
 *
 * @module
 */
import { MAX_LIMIT, type Page } from "../../../src/kernel/page.ts";
import { MAX_SEARCH } from "../../../src/kernel/text.ts";
import { RECORD_STATUSES, type RecordStatus } from "../../../src/records/record.ts";
import type { ListedRecord, RecordTypeView } from "../../../src/records/record_repo.ts";
import { countText, wordsOf } from "../ui/format.ts";
import { SelectField, SubmitButton, TextField } from "../ui/form.tsx";
import {
  Badge,
  EmptyState,
  LinkButton,
  Moment,
  PageHeader,
  Pagination,
  Table,
  type Tone,
} from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { asked, chosen, pageOf, paging } from "./listing.ts";

/** Colours of the statuses. */
const TONES: Record<RecordStatus, Tone> = {
  active: "good",
  inactive: "neutral",
  archived: "neutral",
};

/** The list. */
export const RECORD_LIST: PageRoute = {
  path: "/records",
  ofClient: true,
  async get(visit) {
    const [found, types] = await Promise.all([
      visit.app.records.list(visit.principal, {
        search: asked(visit, "search"),
        status: chosen(visit, "status", RECORD_STATUSES),
        recordTypeUuid: asked(visit, "type"),
        page: pageOf(visit),
      }),
      everyType(visit),
    ]);
    return visit.page(
      { title: "Records" },
      <>
        <PageHeader
          title="Records"
          lead="The people whom your campaigns call."
        >
          <LinkButton href={visit.link("/imports/new")} quiet>Import a file</LinkButton>
          <LinkButton href={visit.link("/records/new")}>New record</LinkButton>
        </PageHeader>
        <section class="panel" aria-label="Records">
          <Search visit={visit} types={types} />
          <Found visit={visit} found={found} types={types} />
        </section>
      </>,
    );
  },
};

function Search({ visit, types }: { visit: Visit; types: RecordTypeView[] }) {
  return (
    <form class="filters" method="get" action={visit.url.pathname} role="search">
      <TextField
        label="Name, e-mail or phone number"
        name="search"
        type="search"
        value={visit.query("search") ?? ""}
        maxlength={MAX_SEARCH}
      />
      <SelectField
        label="Status"
        name="status"
        options={[["", "Any status"], ...RECORD_STATUSES.map(option)]}
        value={visit.query("status") ?? ""}
      />
      <SelectField
        label="Type"
        name="type"
        options={[["", "Any type"], ...typeOptions(types)]}
        value={visit.query("type") ?? ""}
      />
      <SubmitButton quiet>Search</SubmitButton>
    </form>
  );
}

function option(status: RecordStatus): [string, string] {
  return [status, wordsOf(status)];
}

/** Record types to choose from. */
export function typeOptions(types: RecordTypeView[]): [string, string][] {
  return types.map(({ type }) => [type.id, type.name]);
}

/** The record types of whoever visits, newest first. */
export async function everyType({ app, principal }: Visit): Promise<RecordTypeView[]> {
  const types: RecordTypeView[] = [];
  for (let page = 1;; page++) {
    const { items, hasMore } = await app.records.listTypes(principal, { page, limit: MAX_LIMIT });
    types.push(...items);
    if (!hasMore) return types;
  }
}

function Found(
  { visit, found, types }: { visit: Visit; found: Page<ListedRecord>; types: RecordTypeView[] },
) {
  const typeNames = new Map(typeOptions(types));
  if (found.total === 0) {
    return visit.url.search === ""
      ? (
        <EmptyState title="There are no records yet">
          Import a file of contacts, or add the first one by hand.
        </EmptyState>
      )
      : (
        <EmptyState title="No record fits">
          Try fewer letters, or <a href={visit.url.pathname}>look at all records</a>.
        </EmptyState>
      );
  }
  return (
    <>
      <Table
        caption={`Records, newest first: ${countText(found.total)}${
          found.atLeast ? " or more" : ""
        }`}
        columns={[
          { label: "Name" },
          { label: "Phone number" },
          { label: "Status" },
          { label: "Type" },
          { label: "Added" },
        ]}
        rows={found.items.map(({ record }) => [
          <>
            <a class="row-link" href={visit.link(`/records/${record.id}`)}>{record.name}</a>
            {record.email && <small>{record.email}</small>}
          </>,
          <span class="nowrap">{record.phoneNumber}</span>,
          <RecordBadges status={record.status} doNotCall={record.doNotCallAt !== null} />,
          typeNames.get(record.typeId),
          <Moment at={record.createdAt} />,
        ])}
      />
      <Pagination {...paging(visit, found)} />
    </>
  );
}

/** Whether a record may be called, at a glance. */
export function RecordBadges(
  { status, doNotCall }: { status: RecordStatus; doNotCall: boolean },
) {
  return (
    <span class="badges">
      <Badge tone={TONES[status]}>{wordsOf(status)}</Badge>
      {doNotCall && <Badge tone="bad">Do not call</Badge>}
    </span>
  );
}
