/**
 * Who did what, and through which token.
 *
 * @module
 */
import type { AuditEntry, AuditView } from "../../../src/access/audit_log.ts";
import type { AuditReport } from "../../../src/access/verify_audit.ts";
import { isUuid } from "../../../src/kernel/ids.ts";
import type { Page } from "../../../src/kernel/page.ts";
import { countText, wordsOf } from "../ui/format.ts";
import { SelectField, SubmitButton } from "../ui/form.tsx";
import { Badge, EmptyState, Moment, Notice, PageHeader, Pagination, Table } from "../ui/parts.tsx";
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
  "create-call-order": "/orders",
  "update-call-order-status": "/orders",
};

/** Every other thing that is noted. */
const ACTIONS = [
  ...Object.keys(PAGE_OF),
  "import-records",
  "issue-token",
  "revoke-token",
  "sign-in",
  "change-password",
  "invite-user",
  "accept-invitation",
  "disable-user",
  "enable-user",
  "end-session",
  "apply-setup",
  "import-history",
].toSorted();

/** Where the operator reads all of it, and has it verified. */
const VERIFIED = "/operator/audit";

/** The trail of one client, and the operator's own look at all of it. */
export const AUDIT_PAGES: readonly PageRoute[] = [
  { path: "/audit", ofClient: true, get: (visit) => auditPage(visit) },
  {
    path: VERIFIED,
    masterOnly: true,
    get: (visit) => auditPage(visit),
    post: async (visit) =>
      await auditPage(visit, await visit.app.access.verifyAudit(visit.principal)),
  },
];

async function auditPage(visit: Visit, report?: AuditReport): Promise<Response> {
  const user = asked(visit, "user");
  const found = await visit.app.access.listAudit(visit.principal, {
    userUuid: user !== undefined && isUuid(user) ? user : undefined,
    action: asked(visit, "action"),
    subjectUuid: subjectOf(visit),
    refused: visit.query("outcome") === "refused",
    page: pageOf(visit),
  });
  const lead = visit.principal.admin
    ? "Who changed what, when, and through which token. Nobody can change these lines."
    : "What was done in your name, when, and through which token. Nobody can change these lines.";
  const everybodys = visit.url.pathname === VERIFIED;
  const title = everybodys ? "Everybody's audit trail" : "Audit trail";
  return await visit.page(
    { title },
    <>
      <PageHeader title={title} lead={lead}>
        {everybodys && (
          <form method="post" action={VERIFIED}>
            <SubmitButton quiet>Verify it</SubmitButton>
          </form>
        )}
      </PageHeader>
      {report && <Verified visit={visit} report={report} />}
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

/** Problems that are told of one by one. */
const MAX_PROBLEMS = 20;

/** What a look at every line and every seal has found. */
function Verified({ visit, report }: { visit: Visit; report: AuditReport }) {
  const { sound, waiting, problems } = report;
  const figures = `${countText(sound)} ${sound === 1 ? "line is" : "lines are"} as sealed` +
    `${
      waiting > 0
        ? `, and ${countText(waiting)} new ${
          waiting === 1 ? "one waits" : "ones wait"
        } to be sealed`
        : ""
    }.`;
  if (problems.length === 0) {
    return <Notice tone="good" title="Nothing was tampered with">{figures}</Notice>;
  }
  const clients = new Map(visit.clients.map(({ id, name }) => [id, name]));
  return (
    <Notice tone="bad" title={`${countText(problems.length)} found that should not be`}>
      <p>{figures}</p>
      <ul>
        {problems.slice(0, MAX_PROBLEMS).map(({ clientId, seq, problem }) => (
          <li>
            {clientId === null ? "The operator's own" : clients.get(clientId) ?? clientId}
            {seq !== null && `, place ${seq}`}: {problem}
          </li>
        ))}
      </ul>
      {problems.length > MAX_PROBLEMS && <p>The command line tells of all: studio audit verify</p>}
    </Notice>
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
  // What was refused may have been any tool.
  const actions = new Set([...ACTIONS, ...found.items.map(({ entry }) => entry.action)]);
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
          ...[...actions].toSorted().map((each): [string, string] => [each, wordsOf(each)]),
        ]}
        value={visit.query("action") ?? ""}
      />
      <SelectField
        label="Outcome"
        name="outcome"
        options={[["", "Any"], ["refused", "Refused"]]}
        value={visit.query("outcome") ?? ""}
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
          { label: "Outcome" },
          { label: "Through" },
          ...all ? [{ label: "Client" }] : [],
        ]}
        rows={found.items.map((view) => [
          <Moment at={view.entry.at} />,
          <>
            {nameOf(view)}
            {view.userEmail && <small class="email" title={view.userEmail}>{view.userEmail}</small>}
          </>,
          <What visit={visit} entry={view.entry} />,
          <Outcome entry={view.entry} />,
          <Through view={view} />,
          ...all ? [view.clientName ?? <span class="muted">The operator's own</span>] : [],
        ])}
      />
      <Pagination {...paging(visit, found)} />
    </>
  );
}

/** Refusals of one kind are counted for some seconds, and told of once. */
function Outcome({ entry: { outcome, times } }: { entry: AuditEntry }) {
  if (outcome === "ok") return <Badge tone="good">Done</Badge>;
  return (
    <>
      <Badge tone="bad">Refused</Badge>
      <small>{wordsOf(outcome)}{times > 1 && `, ${countText(times)} times`}</small>
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
        <small>{["Token", entry.application].filter(Boolean).join(", ")}</small>
      </>
    );
  }
  return <>{entry.userId === null ? "Command line" : "Console"}</>;
}
