import { PERMISSIONS } from "../../../src/access/principal.ts";
import { defineCommand, listOf, oneOf, OPERATOR } from "../command.ts";
import { table } from "../table.ts";
import { isOf } from "./pages.ts";
import { setUpClient } from "./set_up.ts";

/** `role create` */
export const createRole = defineCommand({
  name: "role create",
  about: "Create a role of a client, or change it.",
  options: {
    client: { type: "string", value: "NAME", about: "Whose role.", required: true },
    name: { type: "string", value: "NAME", about: "Unique within the client.", required: true },
    admin: { type: "boolean", about: "Every permission, also those added later." },
    permissions: { type: "string", value: "A,B", about: `Of ${PERMISSIONS.join(", ")}.` },
  },
  async run(machine, { values: { client, name, admin, permissions } }) {
    const granted = permissions === undefined
      ? undefined
      : listOf(permissions).map((text) => oneOf("permissions", text, PERMISSIONS));
    return await setUpClient(machine, {
      name: client,
      roles: [{ name, admin, permissions: granted }],
    });
  },
});

/** `role list` */
export const listRoles = defineCommand({
  name: "role list",
  about: "List roles with their permissions.",
  options: { client: { type: "string", value: "NAME", about: "Of this client alone." } },
  async run(machine, { values: { client: wanted } }) {
    const { app } = await machine.open();
    const clients = await app.access.listClients(OPERATOR);
    const names = new Map(clients.map(({ client }) => [client.id, client.name]));
    const { roles } = await app.access.listUsers(OPERATOR);
    const rows = roles.map(({ id, clientId, name, admin, permissions }) => ({
      uuid: id,
      client: clientId === null ? null : names.get(clientId) ?? null,
      name,
      admin,
      permissions: admin ? [...PERMISSIONS] : permissions,
    })).filter(({ client }) => isOf(wanted, client));
    return {
      json: rows,
      text: table(
        ["client", "name", "permissions"],
        rows.map(({ client, name, admin, permissions }) => [
          client ?? "(operator)",
          name,
          admin ? "all" : permissions.join(", "),
        ]),
      ),
    };
  },
});
