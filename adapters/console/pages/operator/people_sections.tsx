/**
 * A client's people and their roles, with the forms that change them.
 *
 * @module
 */
import type { Role, Token, User } from "../../../../src/access/client.ts";
import { PERMISSIONS } from "../../../../src/access/principal.ts";
import { CheckboxGroup, SelectField, SubmitButton, TextField } from "../../ui/form.tsx";
import { Badge, Confirm, EmptyState, Moment, Section, Table } from "../../ui/parts.tsx";
import type { Seen, State } from "./client.tsx";

/** What the sections need. */
interface Props {
  /** Of the client's page. */
  path: string;
  seen: Seen;
  state: State;
  now: Date;
}

/** People, then roles. */
export function People(props: Props) {
  return (
    <>
      <Users {...props} />
      <Roles {...props} />
    </>
  );
}

function Users({ path, seen, state, now }: Props) {
  const { users, roles, tokens } = seen;
  const { form, problems = {} } = state;
  return (
    <Section
      title="People"
      about="An invitation is a link by which somebody chooses a password; it also helps who has forgotten theirs."
      id="people"
    >
      {users.length === 0
        ? <EmptyState title="Nobody works here yet">Add the first person below.</EmptyState>
        : (
          <Table
            caption="People by name"
            columns={[
              { label: "Name" },
              { label: "Role" },
              { label: "Tokens" },
              { label: "" },
            ]}
            rows={users.toSorted(byName).map((user) => [
              <>
                <strong>{user.name}</strong> {user.disabledAt && <Badge tone="bad">Disabled</Badge>}
                <small class="email" title={user.email}>{user.email}</small>
              </>,
              <ChangeRole path={path} user={user} roles={roles} />,
              <Tokens tokens={tokens.get(user.id) ?? []} now={now} />,
              <div class="row-actions">
                <UserSwitch path={path} user={user} />
                {(tokens.get(user.id) ?? []).some((token) => token.revokedAt === null) && (
                  <Confirm
                    label="Revoke tokens"
                    question={`Revoke every token of ${user.name}? Their assistants are refused at once, and for good.`}
                    action={`${path}/users/${user.id}/revoke-tokens`}
                    confirm="Revoke all"
                  />
                )}
              </div>,
            ])}
          />
        )}
      <details class="more" open={hasAny(problems, "email", "userName", "role")}>
        <summary>Add a person</summary>
        <form class="form" method="post" action={`${path}/users`}>
          <div class="form-row">
            <TextField
              label="Name"
              name="userName"
              value={form?.text("userName")}
              error={problems.userName}
              maxlength={200}
              autocomplete="off"
              required
            />
            <TextField
              label="E-mail address"
              name="email"
              type="email"
              value={form?.text("email")}
              error={problems.email}
              maxlength={254}
              autocomplete="off"
              required
            />
            <SelectField
              label="Role"
              name="role"
              options={roles.map(({ name }) => [name, name])}
              value={form?.text("role")}
              error={problems.role}
            />
          </div>
          <div class="form-end">
            <SubmitButton>Add person</SubmitButton>
          </div>
        </form>
      </details>
    </Section>
  );
}

function UserSwitch({ path, user }: { path: string; user: User }) {
  if (user.disabledAt) {
    return (
      <form method="post" action={`${path}/users/${user.id}/enable`}>
        <button class="button quiet small" type="submit">Enable</button>
      </form>
    );
  }
  return (
    <>
      <form method="post" action={`${path}/users/${user.id}/invite`}>
        <button class="button quiet small" type="submit">Invite</button>
      </form>
      <Confirm
        label="Disable"
        question={`Disable ${user.name}? They are signed out, and their tokens are refused until you enable them.`}
        action={`${path}/users/${user.id}/disable`}
        confirm="Disable"
      />
    </>
  );
}

function ChangeRole({ path, user, roles }: { path: string; user: User; roles: Role[] }) {
  return (
    <form class="inline-form" method="post" action={`${path}/users/${user.id}/role`}>
      <select name="role" aria-label={`Role of ${user.name}`}>
        {roles.map(({ id, name }) => (
          <option value={name} selected={id === user.roleId}>{name}</option>
        ))}
      </select>
      <button class="button quiet small" type="submit">Change</button>
    </form>
  );
}

function Tokens({ tokens, now }: { tokens: Token[]; now: Date }) {
  const active = tokens.filter(({ revokedAt, expiresAt }) =>
    revokedAt === null && (expiresAt === null || expiresAt > now)
  );
  const uses = tokens.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
  const last = uses.length ? new Date(Math.max(...uses.map(Number))) : null;
  return (
    <>
      {active.length === 0 ? <span class="muted">none</span> : `${active.length} active`}
      {last && (
        <small>
          last used <Moment at={last} />
        </small>
      )}
    </>
  );
}

function Roles({ path, seen: { roles }, state: { form, problems = {} } }: Props) {
  return (
    <Section
      title="Roles"
      about="What people may do beyond what every valid token may."
      id="roles"
    >
      {roles.length > 0 && (
        <Table
          caption="Roles by name"
          columns={[{ label: "Role" }, { label: "May" }, { label: "" }]}
          rows={roles.toSorted(byName).map((role) => [
            <strong>{role.name}</strong>,
            role.admin ? "everything" : role.permissions.join(", ") || "nothing more",
            <details class="confirm">
              <summary class="button quiet small">Change</summary>
              <form method="post" action={`${path}/roles`}>
                <input type="hidden" name="roleName" value={role.name} />
                <RoleFields admin={role.admin} permissions={role.permissions} />
                <button class="button small" type="submit">Save {role.name}</button>
              </form>
            </details>,
          ])}
        />
      )}
      <details class="more" open={hasAny(problems, "roleName")}>
        <summary>Add a role</summary>
        <form class="form" method="post" action={`${path}/roles`}>
          <TextField
            label="Name"
            name="roleName"
            value={form?.text("roleName")}
            error={problems.roleName}
            maxlength={200}
            autocomplete="off"
            required
          />
          <RoleFields admin={false} permissions={["calls.view"]} />
          <div class="form-end">
            <SubmitButton>Add role</SubmitButton>
          </div>
        </form>
      </details>
    </Section>
  );
}

function RoleFields({ admin, permissions }: { admin: boolean; permissions: readonly string[] }) {
  return (
    <>
      <CheckboxGroup
        legend="Admin"
        name="access"
        options={[["admin", "Everything", "Also what is added later, and everybody's audit trail"]]}
        values={admin ? ["admin"] : []}
      />
      <CheckboxGroup
        legend="Permissions"
        name="permissions"
        options={PERMISSIONS.map((each) => [each, each])}
        values={permissions}
      />
    </>
  );
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name.localeCompare(b.name, "en");
}

function hasAny(problems: Record<string, string>, ...fields: string[]): boolean {
  return fields.some((field) => field in problems);
}
