import type { TokenView } from "../../../src/access/access_repo.ts";
import { PERMISSIONS } from "../../../src/access/principal.ts";
import { parseMoment } from "../../../src/kernel/moment.ts";
import { defineCommand, listOf, oneOf, OPERATOR } from "../command.ts";
import { CAP_OPTIONS, capsOf } from "./rule_options.ts";
import { table } from "../table.ts";

/** `token create` */
export const createToken = defineCommand({
  name: "token create",
  about: "Make an API token for a user; its secret is printed once.",
  options: {
    user: { type: "string", value: "ADDRESS", about: "Whose token.", required: true },
    name: { type: "string", value: "TEXT", about: "What it is for.", required: true },
    "read-only": { type: "boolean", about: "May not write." },
    permissions: {
      type: "string",
      value: "A,B",
      about: `Fewer than the user's, of ${PERMISSIONS.join(", ")}.`,
    },
    expires: { type: "string", value: "TIME", about: "ISO-8601 with an offset (never)." },
    ...CAP_OPTIONS,
  },
  async run(machine, { values: { user, name, permissions, expires, ...flags } }) {
    const input = {
      user,
      name,
      readOnly: flags["read-only"],
      permissions: permissions === undefined
        ? undefined
        : listOf(permissions).map((text) => oneOf("permissions", text, PERMISSIONS)),
      caps: capsOf(flags),
      expiresAt: expires === undefined ? undefined : parseMoment("--expires", expires),
    };
    const { app } = await machine.open();
    const { secret, token } = await app.access.issueToken(OPERATOR, input);
    return {
      json: { secret, ...shown({ token, userEmail: user }) },
      text: secret,
      remark: `Keep it: it is not shown again. Its uuid, to revoke it by, is ${token.id}.`,
    };
  },
});

/** `token list` */
export const listTokens = defineCommand({
  name: "token list",
  about: "List tokens, newest first; never their secrets.",
  options: { user: { type: "string", value: "ADDRESS", about: "Of this user alone." } },
  async run(machine, { values: { user: wanted } }) {
    const { app } = await machine.open();
    const rows = (await app.access.listTokens(OPERATOR)).map(shown).filter(({ user }) =>
      wanted === undefined || user.toLowerCase() === wanted.trim().toLowerCase()
    );
    return {
      json: rows,
      text: table(
        ["uuid", "user", "name", "may", "last used", "expires", "revoked"],
        rows.map((row) => [
          row.uuid,
          row.user,
          row.name,
          [row.readOnly ? "read" : "read, write", ...row.permissions ?? []].join(", "),
          row.lastUsedAt ?? "never",
          row.expiresAt ?? "never",
          row.revokedAt ?? "",
        ]),
      ),
    };
  },
});

/** `token revoke UUID` */
export const revokeToken = defineCommand({
  name: "token revoke",
  about: "Revoke a token, at once and for good.",
  options: {},
  positionals: ["UUID"],
  async run(machine, { positionals: [uuid] }) {
    const { app } = await machine.open();
    await app.access.revokeToken(OPERATOR, uuid);
    return { json: { revoked: uuid }, text: `Revoked ${uuid}.` };
  },
});

function shown({ token, userEmail }: TokenView) {
  return {
    uuid: token.id,
    user: userEmail,
    name: token.name,
    readOnly: token.readOnly,
    permissions: token.permissions,
    caps: token.caps,
    createdAt: token.createdAt.toISOString(),
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    expiresAt: token.expiresAt?.toISOString() ?? null,
    revokedAt: token.revokedAt?.toISOString() ?? null,
  };
}
