/**
 * The operator's own people, who see every client, and people of no client yet.
 *
 * @module
 */
import type { Token, User } from "../../../../src/access/client.ts";
import { notFound } from "../../../../src/kernel/errors.ts";
import type { Form } from "../../form.ts";
import { SubmitButton, TextField } from "../../ui/form.tsx";
import { Badge, EmptyState, Notice, PageHeader, Section, Table } from "../../ui/parts.tsx";
import type { PageRoute, Visit } from "../../visit.tsx";
import { Invitation, type State } from "./client.tsx";
import { Tokens, UserSwitch } from "./people_sections.tsx";
import { problemsOf } from "./problems.ts";

/** Where they are listed. */
const TEAM = "/operator/team";

const DONE: Record<string, string> = {
  user: "The person is saved. Next: invite them, so that they can choose a password.",
  disabled: "Nothing of theirs is accepted any more: password, sessions, invitations, tokens.",
  enabled: "They may come in again, with the password and tokens that they had.",
};

/** The list, and what its forms do. */
export const TEAM_PAGES: readonly PageRoute[] = [
  { path: TEAM, get: (visit) => teamPage(visit), post: addMaster },
  { path: `${TEAM}/users/:userUuid/invite`, post: invite },
  { path: `${TEAM}/users/:userUuid/disable`, post: (visit) => disable(visit, true) },
  { path: `${TEAM}/users/:userUuid/enable`, post: (visit) => disable(visit, false) },
];

async function addMaster(visit: Visit, form: Form): Promise<Response> {
  const person = { email: form.text("email"), name: form.text("name") };
  try {
    await visit.app.setup.apply(visit.principal, { masters: [person] });
    return visit.redirect(`${TEAM}?done=user`);
  } catch (error) {
    return await teamPage(visit, { form, problems: problemsOf(error) });
  }
}

async function invite(visit: Visit): Promise<Response> {
  const { email } = await userOf(visit);
  const { secret, user, expiresAt } = await visit.app.access.inviteUser(visit.principal, email);
  const link = new URL(`/invitation/${secret}`, visit.publicUrl).href;
  return await teamPage(visit, { invitation: { link, user, expiresAt } });
}

async function disable(visit: Visit, disabled: boolean): Promise<Response> {
  const { email } = await userOf(visit);
  await visit.app.access.disableUser(visit.principal, { email, disabled });
  return visit.redirect(`${TEAM}?done=${disabled ? "disabled" : "enabled"}`);
}

/** The user whom the address names; a client's people have their place on the client's page. */
async function userOf({ app, principal, params }: Visit): Promise<User> {
  const { users } = await app.access.listUsers(principal);
  const id = params.userUuid.toLowerCase();
  const user = users.find((each) => each.id === id && each.clientId === null);
  if (user === undefined) throw notFound("Client");
  return user;
}

async function teamPage(visit: Visit, state: State = {}): Promise<Response> {
  const { app: { access }, principal } = visit;
  const [{ users }, tokens] = await Promise.all([
    access.listUsers(principal),
    access.listTokens(principal),
  ]);
  const tokensOf = Map.groupBy(tokens.map(({ token }) => token), ({ userId }) => userId);
  const ours = users.filter(({ clientId }) => clientId === null);
  const { form, problems = {}, invitation } = state;
  const notice = DONE[visit.query("done") ?? ""];
  return await visit.page(
    { title: "Our people", status: Object.keys(problems).length ? 422 : 200 },
    <>
      <PageHeader
        title="Our people"
        lead="Whoever works for you sees and may do everything, for every client. People of a client stand on its own page."
      />
      {notice && <Notice tone="good">{notice}</Notice>}
      {invitation && <Invitation invitation={invitation} />}
      <Section title="People">
        <People visit={visit} users={ours} tokens={tokensOf} />
        <details class="more" open={"email" in problems || "name" in problems}>
          <summary>Add a person</summary>
          <form class="form" method="post" action={TEAM}>
            <div class="form-row">
              <TextField
                label="Name"
                name="name"
                value={form?.text("name")}
                error={problems.name}
                maxlength={200}
                autocomplete="off"
                required
              />
              <TextField
                label="E-mail address"
                name="email"
                type="email"
                hint="Of nobody who works for a client"
                value={form?.text("email")}
                error={problems.email}
                maxlength={254}
                autocomplete="off"
                required
              />
            </div>
            <div class="form-end">
              <SubmitButton>Add person</SubmitButton>
            </div>
          </form>
        </details>
      </Section>
    </>,
  );
}

function People(
  { visit, users, tokens }: { visit: Visit; users: User[]; tokens: Map<string, Token[]> },
) {
  if (users.length === 0) return <EmptyState title="Nobody works here yet" />;
  return (
    <Table
      caption="People by name"
      columns={[{ label: "Name" }, { label: "Sees" }, { label: "Tokens" }, { label: "" }]}
      rows={users.toSorted((a, b) => a.name.localeCompare(b.name, "en")).map((user) => [
        <>
          <strong>{user.name}</strong> {user.disabledAt && <Badge tone="bad">Disabled</Badge>}
          <small class="email" title={user.email}>{user.email}</small>
        </>,
        user.master ? "Every client" : <span class="muted">Nothing yet</span>,
        <Tokens tokens={tokens.get(user.id) ?? []} now={visit.now} />,
        user.id === visit.principal.userId
          ? <Badge tone="info">You</Badge>
          : (
            <div class="row-actions">
              <UserSwitch path={TEAM} user={user} />
            </div>
          ),
      ])}
    />
  );
}
