import { CommandError, defineCommand, OPERATOR, UsageError } from "../command.ts";
import { table } from "../table.ts";
import { isOf } from "./pages.ts";
import { setUp, setUpClient } from "./set_up.ts";

/** `user create` */
export const createUser = defineCommand({
  name: "user create",
  about: "Create a user, or change name and role.",
  options: {
    email: { type: "string", value: "ADDRESS", about: "Unique.", required: true },
    name: { type: "string", value: "NAME", about: "Display name.", required: true },
    client: { type: "string", value: "NAME", about: "Whose user. With --role." },
    role: { type: "string", value: "NAME", about: "One of the client's roles." },
    master: { type: "boolean", about: "The operator's own, who sees every client." },
    unassigned: { type: "boolean", about: "Of no client yet; nothing is open to them." },
  },
  async run(machine, { values: { email, name, client, role, master, unassigned } }) {
    const kinds = [client !== undefined, master, unassigned].filter(Boolean).length;
    if (kinds !== 1) {
      throw new UsageError("Name one of --client NAME --role NAME, --master, --unassigned.");
    }
    if (client === undefined) {
      return await setUp(machine, { [master ? "masters" : "unassigned"]: [{ email, name }] });
    }
    if (role === undefined) throw new UsageError('Missing: --role. "studio role list" shows all.');
    return await setUpClient(machine, { name: client, users: [{ email, name, role }] });
  },
});

/** `user invite` */
export const inviteUser = defineCommand({
  name: "user invite",
  about: "Print a link by which a user chooses a password, once and within 7 days.",
  options: {
    email: { type: "string", value: "ADDRESS", about: "Whose password.", required: true },
  },
  async run(machine, { values: { email } }) {
    const { app, publicUrl } = await machine.open();
    if (publicUrl === null) {
      throw new CommandError("PUBLIC_URL: must be set, because the link begins with it");
    }
    const { secret, user, expiresAt } = await app.access.inviteUser(OPERATOR, email);
    const link = new URL(`/invitation/${secret}`, publicUrl).href;
    return {
      json: { email: user.email, link, expiresAt: expiresAt.toISOString() },
      text: link,
      remark: `For ${user.email} alone: whoever opens it may choose the password.`,
    };
  },
});

/** `user disable` and `user enable` */
const [disableUser, enableUser] = [true, false].map((disabled) =>
  defineCommand({
    name: disabled ? "user disable" : "user enable",
    about: disabled
      ? "Let somebody in no longer: password, sessions, invitations and tokens open nothing."
      : "Let somebody in again, with the same password and tokens.",
    options: {
      email: { type: "string", value: "ADDRESS", about: "Who.", required: true },
    },
    async run(machine, { values: { email } }) {
      const { app } = await machine.open();
      const user = await app.access.disableUser(OPERATOR, { email, disabled });
      return {
        json: { email: user.email, disabledAt: user.disabledAt?.toISOString() ?? null },
        text: `${user.email} is ${disabled ? "disabled" : "enabled"}.`,
      };
    },
  })
);
export { disableUser, enableUser };

/** `user list` */
export const listUsers = defineCommand({
  name: "user list",
  about: "List users with their clients and roles.",
  options: { client: { type: "string", value: "NAME", about: "Of this client alone." } },
  async run(machine, { values: { client: wanted } }) {
    const { app } = await machine.open();
    const clients = await app.access.listClients(OPERATOR);
    const clientNames = new Map(clients.map(({ client }) => [client.id, client.name]));
    const { users, roles } = await app.access.listUsers(OPERATOR);
    const roleNames = new Map(roles.map(({ id, name }) => [id, name]));
    const rows = users.map(({ id, email, name, clientId, roleId, master, disabledAt }) => ({
      uuid: id,
      email,
      name,
      client: clientId === null ? null : clientNames.get(clientId) ?? null,
      role: roleNames.get(roleId) ?? null,
      master,
      disabledAt: disabledAt?.toISOString() ?? null,
    })).filter(({ client }) => isOf(wanted, client));
    return {
      json: rows,
      text: table(
        ["email", "name", "client", "role", ""],
        rows.map(({ email, name, client, role, master, disabledAt }) => [
          email,
          name,
          client ?? (master ? "(every client)" : "(none)"),
          role ?? "",
          disabledAt === null ? "" : "disabled",
        ]),
      ),
    };
  },
});
