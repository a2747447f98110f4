/**
 * Profile → Security: tokens, sessions, and the password.
 *
 * A new token's secret is in the answer to the form alone. The form carries the uuid that the token
 * will have, so that sending it again (a reload) is refused instead of making a second one.
 *
 * @module
 */
import type { TokenView } from "../../../src/access/access_repo.ts";
import type { SessionView } from "../../../src/access/manage_sessions.ts";
import { MAX_TOKEN_NAME } from "../../../src/access/manage_tokens.ts";
import { MAX_PASSWORD, MIN_PASSWORD } from "../../../src/access/password.ts";
import { PERMISSIONS } from "../../../src/access/principal.ts";
import { DomainError, invalid } from "../../../src/kernel/errors.ts";
import { isUuid, newId } from "../../../src/kernel/ids.ts";
import type { Form } from "../form.ts";
import { CheckboxGroup, SelectField, SubmitButton, TextField } from "../ui/form.tsx";
import {
  Badge,
  type Column,
  Confirm,
  Copyable,
  EmptyState,
  Moment,
  Notice,
  PageHeader,
  Section,
  Table,
} from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { sentence } from "./sign_in.tsx";

const PATH = "/profile/security";
const DAY = 24 * 3_600_000;

/** Days that a token may be good for; none: for ever. */
const EXPIRIES: [value: string, label: string][] = [
  ["30", "In 30 days"],
  ["90", "In 90 days"],
  ["365", "In a year"],
  ["never", "Never"],
];

const ABOUT: Record<typeof PERMISSIONS[number], string> = {
  "calls.view": "See calls: their details, recordings, transcripts and outcomes",
  "calls.manage": "Start calls, which make phones ring and cost money",
};

const DONE: Record<string, string> = {
  revoked: "The token is revoked. Whoever uses it is refused from now on.",
  ended: "The session has ended.",
  password: "Your password is changed, and every other session has ended.",
};

/** What the page shows beside what is stored. */
interface State {
  problems?: Record<string, string>;
  /** Values to keep after a refusal. */
  form?: Form;
  secret?: string;
  notice?: string;
}

/** The page, and what its forms do. */
export const SECURITY_PAGES: readonly PageRoute[] = [
  {
    path: PATH,
    get: (visit) => securityPage(visit, { notice: DONE[visit.query("done") ?? ""] }),
    post: generate,
  },
  {
    path: `${PATH}/tokens/:uuid/revoke`,
    async post(visit) {
      await visit.app.access.revokeToken(visit.principal, visit.params.uuid);
      return visit.redirect(`${PATH}?done=revoked`);
    },
  },
  {
    path: `${PATH}/sessions/:uuid/end`,
    async post(visit) {
      await visit.app.access.endSession(visit.signedIn, visit.params.uuid);
      return visit.redirect(`${PATH}?done=ended`);
    },
  },
  { path: `${PATH}/password`, post: changePassword },
];

async function generate(visit: Visit, form: Form): Promise<Response> {
  const { access } = visit.app;
  try {
    const granted = PERMISSIONS.filter((each) => visit.principal.permissions.has(each));
    const chosen = granted.filter((each) => form.all("permissions").includes(each));
    const id = form.text("id");
    if (!isUuid(id)) throw invalid("name", "belongs to a form that is broken: open the page again");
    const { secret } = await access.issueToken(visit.principal, {
      id: id.toLowerCase(),
      user: visit.signedIn.email,
      name: form.text("name"),
      expiresAt: expiryOf(form, visit.now),
      readOnly: form.all("readOnly").length > 0,
      // All of them means: whatever the role grants, also later.
      permissions: chosen.length === granted.length ? undefined : chosen,
    });
    return await securityPage(visit, { secret });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === "conflict") {
      return await securityPage(visit, { problems: { token: error.message } });
    }
    if (error.code !== "invalid") throw error;
    const field = error.details.field ?? "name";
    return await securityPage(visit, { form, problems: { [field]: sentence(error) } });
  }
}

function expiryOf(form: Form, now: Date): Date | undefined {
  const choice = form.text("expires");
  if (choice === "never") return undefined;
  const days = Number(EXPIRIES.find(([value]) => value === choice)?.[0]);
  if (!days) throw invalid("expires", "must be one of the choices");
  return new Date(now.getTime() + days * DAY);
}

async function changePassword(visit: Visit, form: Form): Promise<Response> {
  const next = form.text("newPassword");
  try {
    if (next !== form.text("again")) throw invalid("again", "differs from the new password");
    const current = form.text("currentPassword");
    await visit.app.access.changePassword(visit.signedIn, { current, next });
    return visit.redirect(`${PATH}?done=password`);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "invalid")) throw error;
    const field = error.details.field ?? "newPassword";
    return await securityPage(visit, { problems: { [field]: sentence(error) } });
  }
}

async function securityPage(visit: Visit, state: State): Promise<Response> {
  const { access } = visit.app;
  const [tokens, sessions] = await Promise.all([
    access.listTokens(visit.principal),
    access.listSessions(visit.signedIn),
  ]);
  const { userId } = visit.principal;
  const own = tokens.filter(({ token }) => token.userId === userId);
  const { problems = {}, notice, secret } = state;
  return await visit.page(
    { title: "Security", status: Object.keys(problems).length ? 422 : 200 },
    <>
      <PageHeader
        title="Security"
        lead="Tokens let AI assistants and programs work in your name. Give each its own, so that you can revoke one without touching the others."
      />
      {notice && <Notice tone="good">{notice}</Notice>}
      {problems.token && <Notice tone="warn">{problems.token}</Notice>}
      {secret && <NewToken visit={visit} secret={secret} />}
      <GenerateToken visit={visit} state={state} />
      <Section title="Your tokens">
        <Tokens tokens={own} now={visit.now} />
      </Section>
      <Section
        title="Where you are signed in"
        about="A session ends after 12 hours without use, and after 7 days in any case."
      >
        <Sessions sessions={sessions} />
      </Section>
      <ChangePassword problems={problems} email={visit.signedIn.email} />
    </>,
  );
}

function NewToken({ visit, secret }: { visit: Visit; secret: string }) {
  return (
    <section class="panel new-token" aria-labelledby="new-token">
      <div class="panel-head">
        <h2 id="new-token">Your new token</h2>
        <p>Copy it now and keep it safe: it is shown this once.</p>
      </div>
      <div class="stack">
        <Copyable text={secret} label="Token" />
        <p>
          Programs send it to <code>{new URL("/mcp", visit.publicUrl).href}</code> as{" "}
          <code>Authorization: Bearer …</code>
        </p>
        {/* By a form, so that the token is in no address. */}
        <form method="post" action="/connect#check">
          <input type="hidden" name="token" value={secret} />
          <SubmitButton>Check it, and connect an assistant</SubmitButton>
        </form>
      </div>
    </section>
  );
}

function GenerateToken({ visit, state: { form, problems = {} } }: { visit: Visit; state: State }) {
  const granted = PERMISSIONS.filter((each) => visit.principal.permissions.has(each));
  return (
    <Section title="Generate token" id="generate">
      <form class="form" method="post" action={PATH}>
        <input type="hidden" name="id" value={newId(visit.now)} />
        <div class="form-row">
          <TextField
            label="Name"
            name="name"
            hint="What it is for, such as Claude on my laptop"
            value={form?.text("name")}
            error={problems.name}
            maxlength={MAX_TOKEN_NAME}
            autocomplete="off"
            required
          />
          <SelectField
            label="Expires"
            name="expires"
            hint="You can revoke it at any time before"
            options={EXPIRIES}
            value={form?.text("expires") || "90"}
            error={problems.expires}
          />
        </div>
        <CheckboxGroup
          legend="Access"
          name="readOnly"
          options={[["yes", "Read only", "It may look at things but change nothing"]]}
          values={form?.all("readOnly") ?? []}
        />
        {granted.length > 0 && (
          <CheckboxGroup
            legend="Permissions"
            name="permissions"
            hint="Untick what this token need not do. Records, campaigns and call orders need no permission, and no token may do more than you."
            options={granted.map((each) => [each, each, ABOUT[each]])}
            values={form?.all("permissions") ?? granted}
          />
        )}
        <div class="form-end">
          <SubmitButton>Generate token</SubmitButton>
        </div>
      </form>
    </Section>
  );
}

const TOKEN_COLUMNS: Column[] = [
  { label: "Name" },
  { label: "Status" },
  { label: "Created" },
  { label: "Last used" },
  { label: "Expires" },
  { label: "" },
];

function Tokens({ tokens, now }: { tokens: TokenView[]; now: Date }) {
  if (tokens.length === 0) {
    return (
      <EmptyState title="You have no tokens yet">
        Generate one above, and paste it into your assistant.
      </EmptyState>
    );
  }
  return (
    <Table
      caption="Your tokens, newest first"
      columns={TOKEN_COLUMNS}
      rows={tokens.map(({ token }) => {
        const state = stateOf(token, now);
        return [
          <>
            <strong>{token.name}</strong>
            <small>
              {[
                token.readOnly ? "Read only" : "Read and write",
                ...token.permissions ?? ["every permission of yours"],
              ].join(", ")}
            </small>
          </>,
          <Badge tone={state === "Active" ? "good" : "neutral"}>{state}</Badge>,
          <Moment at={token.createdAt} />,
          <Moment at={token.lastUsedAt} />,
          <Moment at={token.expiresAt} />,
          state === "Active" && (
            <Confirm
              label="Revoke"
              question={`Revoke “${token.name}”? Whoever uses it is refused at once, and for good.`}
              action={`${PATH}/tokens/${token.id}/revoke`}
              confirm="Revoke token"
            />
          ),
        ];
      })}
    />
  );
}

function stateOf({ revokedAt, expiresAt }: TokenView["token"], now: Date): string {
  if (revokedAt !== null) return "Revoked";
  return expiresAt !== null && expiresAt <= now ? "Expired" : "Active";
}

const SESSION_COLUMNS: Column[] = [{ label: "Signed in" }, { label: "Last used" }, { label: "" }];

function Sessions({ sessions }: { sessions: SessionView[] }) {
  return (
    <Table
      caption="Your sessions, newest first"
      columns={SESSION_COLUMNS}
      rows={sessions.map(({ session, current }) => [
        <Moment at={session.createdAt} />,
        <Moment at={session.lastUsedAt} />,
        current ? <Badge tone="info">This browser</Badge> : (
          <Confirm
            label="End"
            question="End this session? Whoever uses it must sign in again."
            action={`${PATH}/sessions/${session.id}/end`}
            confirm="End session"
          />
        ),
      ])}
    />
  );
}

function ChangePassword(
  { problems, email }: { problems: Record<string, string>; email: string },
) {
  return (
    <Section title="Change password" about="Every other session ends with it.">
      <form class="form" method="post" action={`${PATH}/password`}>
        <input type="text" name="username" value={email} autocomplete="username" hidden readonly />
        <div class="form-row">
          <TextField
            label="Current password"
            name="currentPassword"
            type="password"
            autocomplete="current-password"
            maxlength={MAX_PASSWORD}
            error={problems.currentPassword}
            required
          />
          <TextField
            label="New password"
            name="newPassword"
            type="password"
            autocomplete="new-password"
            minlength={MIN_PASSWORD}
            maxlength={MAX_PASSWORD}
            error={problems.newPassword}
            required
          />
          <TextField
            label="New password again"
            name="again"
            type="password"
            autocomplete="new-password"
            error={problems.again}
            required
          />
        </div>
        <div class="form-end">
          <SubmitButton quiet>Change password</SubmitButton>
        </div>
      </form>
    </Section>
  );
}
