import { countOf, defineCommand, OPERATOR } from "../command.ts";
import { table } from "../table.ts";

const MAX_ENTRIES = 10_000;

/** `audit` */
export const audit = defineCommand({
  name: "audit",
  about: "List who did what, newest first.",
  options: { limit: { type: "string", value: "N", about: "Most entries (50)." } },
  async run(machine, { values: { limit } }) {
    const most = countOf("limit", limit, MAX_ENTRIES) ?? 50;
    const { app } = await machine.open();
    const entries = await app.access.auditTrail(OPERATOR, most);
    const rows = entries.map(({ at, actor, action, clientId, userId, tokenId, subjectId }) => ({
      at: at.toISOString(),
      actor,
      action,
      client: clientId,
      user: userId,
      token: tokenId,
      subject: subjectId,
    }));
    return {
      json: rows,
      text: table(
        ["at", "actor", "action", "client", "subject"],
        rows.map(({ at, actor, action, client, subject }) => [
          at,
          actor,
          action,
          client ?? "",
          subject ?? "",
        ]),
      ),
    };
  },
});
