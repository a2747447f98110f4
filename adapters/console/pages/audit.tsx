/**
 * Who did what, and through which token.
 *
 * @module
 */
import type { AuditEntry, AuditView } from "../../../src/access/audit_log.ts";
import { isUuid } from "../../../src/kernel/ids.ts";
import type { Page } from "../../../src/kernel/page.ts";
import { wordsOf } from "../ui/format.ts";
import { SelectField, SubmitButton } from "../ui/form.tsx";
import { EmptyState, Moment, Notice, PageHeader, Pagination, Table } from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { asked, pageOf, paging } from "./listing.ts";

/** What is done to rows that have a page here, and where that page is. */
const PAGE_OF: Record<string, string> = {
  "create-record": "/records",
  "update-record": "/records",
  "preview-import": "/imports",
  "start-import": "/imports",
  "discard-import": "/imports",
  "initiate-call": "/calls",
};

/** Every other thing that is noted. */
const ACTIONS = [
  ...Object.keys(PAGE_OF),
  "create-call-order",
  "update-call-order-status",
  "import-records",
  "issue-token",
  "revoke-token",
  "sign-in",
  "change-password",
  "invite-user",
  "accept-invitation",
  "apply-setup",
  "import-history",
].toSorted();

/** The trail of one client, and the operator's own look at all of it. */
export const AUDIT_PAGES: readonly PageRoute[] = [
  { path: "/audit", ofClient: true, get: auditPage },
  { path: "/operator/audit", masterOnly: true, get: auditPage },
];

async function auditPage(visit: Visit): Promise<Response> {
  const user = asked(visit, "user");
  const found = await visit.app.access.listAudit(visit.principal, {
    userUuid: user !== undefined && isUuid(user) ? user : undefined,
    action: asked(visit, "action"),
    subjectUuid: subjectOf(visit),
    page: pageOf(visit),
  });
  const lead = visit.principal.admin
    ? "Who changed what, when, and through which token. Nobody can change these lines."
    : "What was done in your name, when, and through which token. Nobody can change these lines.";
  return await visit.page(
    { title: "Audit trail" },
    <>
      <PageHeader title="Audit trail" lead={lead} />
      {subjectOf(visit) && (
        <Notice tone="neutral">
          This is the trail of one row alone. <a href={visit.url.pathname}>Look at everything</a>
        </Notice>
      )}
      <section class="panel" aria-label="Audit trail">
        <Filters visit={visit} found={found} />
        <Found visit={visit} found={found} />
      </section>
    </>,
  );
}

function subjectOf(visit: Visit): string | undefined {
  const subject = asked(visit, "subject");
  return subject !== undefined && isUuid(subject) ? subject : undefined;
}

/** People to choose from are those of the page at hand: users are the operator's to list. */
function Filters({ visit, found }: { visit: Visit; found: Page<AuditView> }) {
  const people = new Map<string, string>();
  const chosen = visit.query("user") ?? "";
  if (isUuid(chosen)) people.set(chosen, "The chosen person");
  for (const view of found.items) {
    if (view.entry.userId) people.set(view.entry.userId, nameOf(view));
  }
  const subject = subjectOf(visit);
  return (
    <form class="filters" method="get" action={visit.url.pathname} role="search">
      {visit.principal.admin && (
        <SelectField
          label="Who"
          name="user"
          options={[["", "Anybody"], ...people]}
          value={chosen}
        />
      )}
      <SelectField
        label="What"
        name="action"
        options={[
          ["", "Anything"],
          ...ACTIONS.map((each): [string, string] => [each, wordsOf(each)]),
        ]}
        value={visit.query("action") ?? ""}
      />
      {subject && <input type="hidden" name="subject" value={subject} />}
      <SubmitButton quiet>Filter</SubmitButton>
    </form>
  );
}

function nameOf({ entry, userName }: AuditView): string {
  return userName ?? entry.actor;
}

function Found({ visit, found }: { visit: Visit; found: Page<AuditView> }) {
  if (found.total === 0) {
    return (
      <EmptyState title="Nothing to show">
        {visit.url.search !== "" && <a href={visit.url.pathname}>Look at everything</a>}
      </EmptyState>
    );
  }
  const all = visit.principal.clientId === null;
  return (
    <>
      <Table
        caption="What was done, newest first"
        columns={[
          { label: "When" },
          { label: "Who" },
          { label: "What" },
          { label: "Through" },
          ...all ? [{ label: "Client" }] : [],
        ]}
        rows={found.items.map((view) => [
          <Moment at={view.entry.at} />,
          <>
            {nameOf(view)}
            {view.userEmail && <small>{view.userEmail}</small>}
          </>,
          <What visit={visit} entry={view.entry} />,
          <Through view={view} />,
          ...all ? [view.clientName ?? <span class="muted">The operator's own</span>] : [],
        ])}
      />
      <Pagination {...paging(visit, found)} />
    </>
  );
}

function What({ visit, entry }: { visit: Visit; entry: AuditEntry }) {
  const { action, subjectId, clientId } = entry;
  const folder = PAGE_OF[action];
  if (!folder || !subjectId || clientId === null) return <>{wordsOf(action)}</>;
  const path = `${folder}/${subjectId}`;
  const all = visit.principal.clientId === null;
  return <a href={all ? `/clients/${clientId}${path}` : visit.link(path)}>{wordsOf(action)}</a>;
}

/** A person without a token was here; nobody at all is the operator's own command line. */
function Through({ view: { entry, tokenName } }: { view: AuditView }) {
  if (entry.tokenId !== null) {
    return (
      <>
        {tokenName ?? <span class="muted">A token</span>}
        <small>Token</small>
      </>
    );
  }
  return <>{entry.userId === null ? "Command line" : "Console"}</>;
}
