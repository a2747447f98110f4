/**
 * What the forms about a client's people and roles do.
 *
 * @module
 */
import { PERMISSIONS } from "../../../../src/access/principal.ts";
import type { User } from "../../../../src/access/client.ts";
import { notFound } from "../../../../src/kernel/errors.ts";
import type { Form } from "../../form.ts";
import type { PageRoute, Visit } from "../../visit.tsx";
import { applyTo, clientPage, pathOf } from "./client.tsx";
import { CLIENTS } from "./clients.tsx";
import { problemsOf } from "./problems.ts";

const PATH = `${CLIENTS}/:uuid`;

/** The forms. */
export const PEOPLE_PAGES: readonly PageRoute[] = [
  { path: `${PATH}/users`, post: saveUser },
  { path: `${PATH}/roles`, post: saveRole },
  { path: `${PATH}/users/:userUuid/role`, post: changeRole },
  { path: `${PATH}/users/:userUuid/invite`, post: invite },
  { path: `${PATH}/users/:userUuid/revoke-tokens`, post: revokeTokens },
  { path: `${PATH}/users/:userUuid/disable`, post: (visit) => disable(visit, true) },
  { path: `${PATH}/users/:userUuid/enable`, post: (visit) => disable(visit, false) },
];

async function saveUser(visit: Visit, form: Form): Promise<Response> {
  const user = {
    email: form.text("email"),
    name: form.text("userName"),
    role: form.text("role"),
  };
  try {
    await applyTo(visit, { users: [user] });
    return visit.redirect(`${pathOf(visit)}?done=user#people`);
  } catch (error) {
    return await clientPage(visit, { form, problems: problemsOf(error, { name: "userName" }) });
  }
}

async function saveRole(visit: Visit, form: Form): Promise<Response> {
  const admin = form.text("access") === "admin";
  const permissions = PERMISSIONS.filter((each) => form.all("permissions").includes(each));
  try {
    await applyTo(visit, { roles: [{ name: form.text("roleName"), admin, permissions }] });
    return visit.redirect(`${pathOf(visit)}?done=role#roles`);
  } catch (error) {
    return await clientPage(visit, { form, problems: problemsOf(error, { name: "roleName" }) });
  }
}

async function changeRole(visit: Visit, form: Form): Promise<Response> {
  const { email, name } = await userOf(visit);
  try {
    await applyTo(visit, { users: [{ email, name, role: form.text("role") }] });
    return visit.redirect(`${pathOf(visit)}?done=user#people`);
  } catch (error) {
    return await clientPage(visit, { problems: problemsOf(error, { role: "form" }) });
  }
}

async function invite(visit: Visit): Promise<Response> {
  const { email } = await userOf(visit);
  const { secret, user, expiresAt } = await visit.app.access.inviteUser(visit.principal, email);
  const link = new URL(`/invitation/${secret}`, visit.publicUrl).href;
  return await clientPage(visit, { invitation: { link, user, expiresAt } });
}

async function revokeTokens(visit: Visit): Promise<Response> {
  const { access } = visit.app;
  const { id } = await userOf(visit);
  for (const { token } of await access.listTokens(visit.principal)) {
    if (token.userId === id && token.revokedAt === null) {
      await access.revokeToken(visit.principal, token.id);
    }
  }
  return visit.redirect(`${pathOf(visit)}?done=tokens#people`);
}

async function disable(visit: Visit, disabled: boolean): Promise<Response> {
  const { email } = await userOf(visit);
  await visit.app.access.disableUser(visit.principal, { email, disabled });
  return visit.redirect(`${pathOf(visit)}?done=${disabled ? "disabled" : "enabled"}#people`);
}

/** The user whom the address names, who must be the client's that it names. */
async function userOf({ app, principal, params }: Visit): Promise<User> {
  const { users } = await app.access.listUsers(principal);
  const client = params.uuid.toLowerCase();
  const id = params.userUuid.toLowerCase();
  const user = users.find((each) => each.id === id && each.clientId === client);
  if (user === undefined) throw notFound("Client");
  return user;
}
