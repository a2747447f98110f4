/**
 * The sections of Profile → Security. One file, because they are one page, and only this one's.
 *
 * @module
 */
import type { TokenView } from "../../../src/access/access_repo.ts";
import type { SessionView } from "../../../src/access/manage_sessions.ts";
import { MAX_TOKEN_NAME } from "../../../src/access/manage_tokens.ts";
import { MAX_PASSWORD, MIN_PASSWORD } from "../../../src/access/password.ts";
import { PERMISSIONS } from "../../../src/access/principal.ts";
import type { CallCaps } from "../../../src/compliance/call_caps.ts";
import { newId } from "../../../src/kernel/ids.ts";
import type { Form } from "../form.ts";
import { CheckboxGroup, SelectField, SubmitButton, TextField } from "../ui/form.tsx";
import {
  Badge,
  type Column,
  Confirm,
  Copyable,
  EmptyState,
  Moment,
  Section,
  Table,
} from "../ui/parts.tsx";
import type { Visit } from "../visit.tsx";

/** Where the page is. */
export const PATH = "/profile/security";

/** Days that a token may be good for; none: for ever. */
export const EXPIRIES: [value: string, label: string][] = [
  ["30", "In 30 days"],
  ["90", "In 90 days"],
  ["365", "In a year"],
  ["never", "Never"],
];

const ABOUT: Record<typeof PERMISSIONS[number], string> = {
  "calls.view": "See calls: their details, recordings, transcripts and outcomes",
  "calls.manage": "Start calls, which make phones ring and cost money",
};

/** What the page shows beside what is stored. */
export interface State {
  problems?: Record<string, string>;
  /** Values to keep after a refusal. */
  form?: Form;
  secret?: string;
  notice?: string;
}

/** A token's secret, shown this once. */
export function NewToken({ visit, secret }: { visit: Visit; secret: string }) {
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

/** The form that makes a token. */
export function GenerateToken(
  { visit, state: { form, problems = {} } }: { visit: Visit; state: State },
) {
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
        {granted.includes("calls.manage") && (
          <Limits form={form} problems={problems} master={visit.isMaster} />
        )}
        <div class="form-end">
          <SubmitButton>Generate token</SubmitButton>
        </div>
      </form>
    </Section>
  );
}

const LIMITS = ["maxCallsPerMinute", "maxCallsPerDay", "maxSpendPerDay"] as const;

/** What holds back a program that has run wild; closed unless there is something in it. */
function Limits(
  { form, problems, master }: { form?: Form; problems: Record<string, string>; master: boolean },
) {
  const open = LIMITS.some((name) => problems[name] || form?.text(name));
  return (
    <details class="more" open={open}>
      <summary>Limits</summary>
      <div class="form-row">
        <TextField
          label="Calls per minute"
          name="maxCallsPerMinute"
          type="number"
          hint="At most; blank for any number"
          value={form?.text("maxCallsPerMinute")}
          error={problems.maxCallsPerMinute}
        />
        <TextField
          label="Calls per day"
          name="maxCallsPerDay"
          type="number"
          hint="At most, by the day in UTC"
          value={form?.text("maxCallsPerDay")}
          error={problems.maxCallsPerDay}
        />
        {/* A master's tokens spend in the currencies of many clients. */}
        {!master && (
          <TextField
            label="Spend per day"
            name="maxSpendPerDay"
            hint="In your currency, such as 20.00"
            value={form?.text("maxSpendPerDay")}
            error={problems.maxSpendPerDay}
            maxlength={20}
            autocomplete="off"
          />
        )}
      </div>
    </details>
  );
}

/** A token's limits in words. */
function limitsText({ maxCallsPerMinute, maxCallsPerDay, maxSpendPerDay }: CallCaps): string[] {
  const known = (value: number | string | null | undefined, text: string) =>
    value === null || value === undefined ? [] : [`${value} ${text}`];
  return [
    ...known(maxCallsPerMinute, "calls a minute"),
    ...known(maxCallsPerDay, "calls a day"),
    ...known(maxSpendPerDay, "a day to spend"),
  ];
}

const TOKEN_COLUMNS: Column[] = [
  { label: "Name" },
  { label: "Status" },
  { label: "Created" },
  { label: "Last used" },
  { label: "Expires" },
  { label: "" },
];

/** One's tokens, newest first. */
export function Tokens({ tokens, now }: { tokens: TokenView[]; now: Date }) {
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
                ...limitsText(token.caps),
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

const SESSION_COLUMNS: Column[] = [{ label: "Device" }, { label: "Signed in" }, {
  label: "Last used",
}, { label: "" }];

/** Where one is signed in. */
export function Sessions({ sessions }: { sessions: SessionView[] }) {
  return (
    <Table
      caption="Your sessions, newest first"
      columns={SESSION_COLUMNS}
      rows={sessions.map(({ session, current }) => [
        <strong>{session.device ?? "Unknown"}</strong>,
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

/** The form that changes the password. */
export function ChangePassword(
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
