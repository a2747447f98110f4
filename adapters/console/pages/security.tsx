/**
 * Profile → Security: tokens, sessions, and the password; what it looks like is in `security_sections.tsx`.
 *
 * A new token's secret is in the answer to the form alone. The form carries the uuid that the token
 * will have, so that sending it again (a reload) is refused instead of making a second one.
 *
 * @module
 */
import { PERMISSIONS } from "../../../src/access/principal.ts";
import type { CallCaps } from "../../../src/compliance/call_caps.ts";
import { DomainError, invalid } from "../../../src/kernel/errors.ts";
import { isUuid } from "../../../src/kernel/ids.ts";
import type { Form } from "../form.ts";
import { Notice, PageHeader, Section } from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import {
  ChangePassword,
  EXPIRIES,
  GenerateToken,
  NewToken,
  PATH,
  Sessions,
  type State,
  Tokens,
} from "./security_sections.tsx";
import { sentence } from "./sign_in.tsx";

const DAY = 24 * 3_600_000;

const DONE: Record<string, string> = {
  revoked: "The token is revoked. Whoever uses it is refused from now on.",
  ended: "The session has ended.",
  password: "Your password is changed, and every other session has ended.",
};

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
      caps: capsOf(form),
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

/** Limits that are left blank are none. */
function capsOf(form: Form): CallCaps {
  const count = (name: string) => form.text(name).trim() === "" ? null : Number(form.text(name));
  return {
    maxCallsPerMinute: count("maxCallsPerMinute"),
    maxCallsPerDay: count("maxCallsPerDay"),
    maxSpendPerDay: form.text("maxSpendPerDay").trim() || null,
  };
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
