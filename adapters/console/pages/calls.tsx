/**
 * Calls: all of them or one campaign's, newest first.
 *
 * @module
 */
import { type Call, type CallStatus, END_REASONS, isLive } from "../../../src/calls/call.ts";
import type { CallView } from "../../../src/calls/call_repo.ts";
import type { CallListing } from "../../../src/calls/queries.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import type { Page } from "../../../src/kernel/page.ts";
import type { Named } from "../../../src/records/record_repo.ts";
import { durationText, moneyText, NOTHING, wordsOf } from "../ui/format.ts";
import { SelectField, SubmitButton } from "../ui/form.tsx";
import {
  Badge,
  type Column,
  EmptyState,
  LinkButton,
  Moment,
  Notice,
  PageHeader,
  Pagination,
  Section,
  Table,
  type Tone,
} from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { asked, chosen, pageOf, paging } from "./listing.ts";

/** The lists of calls. */
export const CALLS_PAGES: readonly PageRoute[] = [
  { path: "/calls", ofClient: true, get: (visit) => seeing(visit, () => allCalls(visit)) },
  {
    path: "/campaigns/:uuid/calls",
    ofClient: true,
    get: (visit) => seeing(visit, () => callsOfCampaign(visit)),
  },
];

const TONES: Record<CallStatus, Tone> = {
  dialing: "info",
  queued: "info",
  ringing: "info",
  in_progress: "info",
  completed: "good",
  busy: "warn",
  no_answer: "warn",
  failed: "bad",
  canceled: "neutral",
};

/** A call's status. */
export function CallBadge({ call: { status } }: { call: Call }) {
  return <Badge tone={TONES[status]}>{wordsOf(status)}</Badge>;
}

/** The page, or what is to be done to see it when the use case refuses. */
export async function seeing(visit: Visit, page: () => Promise<Response>): Promise<Response> {
  try {
    return await page();
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "forbidden")) throw error;
    return await visit.page(
      { title: "Calls", status: 403 },
      <>
        <PageHeader title="Calls" />
        <Notice tone="warn" title="Your role does not let you see calls">
          <p>{error.message}</p>
          <p>Ask an administrator of yours for a role that has this permission.</p>
        </Notice>
      </>,
    );
  }
}

/** What the address asks for. */
function listingOf(visit: Visit): CallListing {
  return {
    campaignUuid: visit.params.uuid ?? asked(visit, "campaign"),
    status: chosen(visit, "status", ["live", "ended"]),
    endReason: chosen(visit, "reason", END_REASONS),
    page: pageOf(visit),
  };
}

async function allCalls(visit: Visit): Promise<Response> {
  const { app, principal } = visit;
  const [calls, campaigns] = await Promise.all([
    app.calls.list(principal, listingOf(visit)),
    app.campaigns.suggest(principal, ""),
  ]);
  return await visit.page(
    { title: "Calls" },
    <>
      <PageHeader title="Calls" lead="Every call, newest first." />
      <List visit={visit} path="/calls" calls={calls} campaigns={campaigns} />
    </>,
  );
}

async function callsOfCampaign(visit: Visit): Promise<Response> {
  const { app, principal } = visit;
  const [calls, { campaign }] = await Promise.all([
    app.calls.list(principal, listingOf(visit)),
    app.campaigns.get(principal, visit.params.uuid),
  ]);
  const path = `/campaigns/${campaign.id}`;
  const crumbs = [{ label: "Campaigns", path: "/campaigns" }, { label: campaign.name, path }];
  return await visit.page(
    { title: "Calls", crumbs },
    <>
      <PageHeader title={`Calls of ${campaign.name}`} lead="Newest first." />
      <List visit={visit} path={`${path}/calls`} calls={calls} campaigns={null} />
    </>,
  );
}

function List(
  { visit, path, calls, campaigns }: {
    visit: Visit;
    path: string;
    calls: Page<CallView>;
    /** To choose from; null where one is given. */
    campaigns: Named[] | null;
  },
) {
  const filtered = ["campaign", "status", "reason"].some((name) => visit.query(name));
  return (
    <Section title={filtered ? "Calls that match" : "All calls"}>
      <Filter visit={visit} path={path} campaigns={campaigns} />
      {calls.items.length === 0
        ? (
          <EmptyState title={filtered ? "No call matches" : "No calls yet"}>
            {filtered && <a href={visit.link(path)}>See all calls</a>}
          </EmptyState>
        )
        : <CallTable visit={visit} calls={calls.items} campaigns={campaigns !== null} />}
      {calls.total > 0 && <Pagination {...paging(visit, calls)} />}
    </Section>
  );
}

function Filter(
  { visit, path, campaigns }: { visit: Visit; path: string; campaigns: Named[] | null },
) {
  const states: [string, string][] = [["", "Any"], ["live", "Live"], ["ended", "Ended"]];
  const reasons = END_REASONS.map((reason): [string, string] => [reason, wordsOf(reason)]);
  const names = campaigns?.map(({ id, name }): [string, string] => [id, name]);
  return (
    <form class="filter" method="get" action={visit.link(path)} role="search">
      {names && (
        <SelectField
          label="Campaign"
          name="campaign"
          options={[["", "All"], ...names]}
          value={visit.query("campaign") ?? ""}
        />
      )}
      <SelectField
        label="State"
        name="status"
        options={states}
        value={visit.query("status") ?? ""}
      />
      <SelectField
        label="End reason"
        name="reason"
        options={[["", "Any"], ...reasons]}
        value={visit.query("reason") ?? ""}
      />
      <div class="filter-end">
        <SubmitButton quiet>Filter</SubmitButton>
        <LinkButton quiet href={visit.link(path)}>Clear</LinkButton>
      </div>
    </form>
  );
}

function CallTable(
  { visit, calls, campaigns }: { visit: Visit; calls: CallView[]; campaigns: boolean },
) {
  const columns: Column[] = [
    { label: "Called" },
    ...campaigns ? [{ label: "Campaign" }] : [],
    { label: "Status" },
    { label: "Made" },
    { label: "Length", numeric: true },
    { label: "Price", numeric: true },
  ];
  return (
    <Table
      caption="Calls, newest first"
      columns={columns}
      rows={calls.map(({ call, recordName, campaignName }) => [
        <>
          <a href={visit.link(`/calls/${call.id}`)}>
            <bdi>{recordName}</bdi>
          </a>
          <small>{call.phoneNumber}</small>
        </>,
        ...campaigns ? [campaignName] : [],
        <>
          <CallBadge call={call} />
          {call.endReason !== null && call.endReason !== call.status && (
            <small>{wordsOf(call.endReason)}</small>
          )}
        </>,
        <Moment at={call.createdAt} />,
        isLive(call) ? <span class="muted">live</span> : durationText(call.durationSeconds),
        call.price === null ? NOTHING : moneyText(call.price, call.currency),
      ])}
    />
  );
}
