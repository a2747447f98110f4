import type { ChainHead } from "../../../src/access/audit_chain.ts";
import { CommandError, countOf, defineCommand, OPERATOR } from "../command.ts";
import { table } from "../table.ts";
import { textOf } from "../../contacts_file/text_file.ts";

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
    const rows = entries.map((entry) => ({
      at: entry.at.toISOString(),
      actor: entry.actor,
      action: entry.action,
      outcome: entry.outcome,
      times: entry.times,
      client: entry.clientId,
      user: entry.userId,
      token: entry.tokenId,
      application: entry.application,
      subject: entry.subjectId,
      argumentsHash: entry.argumentsHash,
    }));
    return {
      json: rows,
      text: table(
        ["at", "actor", "application", "action", "outcome", "client", "subject"],
        rows.map((row) => [
          row.at,
          row.actor,
          row.application ?? "",
          row.action,
          row.times > 1 ? `${row.outcome} (${row.times} times)` : row.outcome,
          row.client ?? "",
          row.subject ?? "",
        ]),
      ),
    };
  },
});

/** `audit verify` */
export const verifyAudit = defineCommand({
  name: "audit verify",
  about: "Find what was changed, removed, inserted or moved in the audit trail.",
  options: {
    since: {
      type: "string",
      value: "FILE",
      about: "Earlier output with --json, kept elsewhere: tells also what was cut off at an end.",
    },
  },
  async run(machine, { values: { since } }) {
    const earlier = since === undefined
      ? []
      : headsIn(textOf(since, await machine.readFile(since)), since);
    const { app } = await machine.open();
    const { sound, waiting, heads, problems } = await app.access.verifyAudit(OPERATOR, earlier);
    const counted = `${sound} entries are as they were sealed, ${waiting} wait to be.`;
    return {
      json: { ok: problems.length === 0, sound, waiting, heads, problems },
      text: problems.length === 0 ? counted : table(
        ["client", "place", "entry", "problem"],
        problems.map(({ clientId, seq, entryId, problem }) => [
          clientId ?? "operator",
          seq === null ? "" : String(seq),
          entryId ?? "",
          problem,
        ]),
      ),
      remark: problems.length === 0 ? undefined : counted,
      incomplete: problems.length > 0,
    };
  },
});

/** @throws CommandError unless the text is the output of `audit verify --json`. */
function headsIn(text: string, path: string): ChainHead[] {
  try {
    const { heads }: { heads: Partial<ChainHead>[] } = JSON.parse(text);
    return heads.map(({ clientId = null, seq, hash }) => {
      if (typeof seq !== "number" || typeof hash !== "string") throw new Error("no head");
      return { clientId, seq, hash };
    });
  } catch (error) {
    const message = `${path}: is not what "studio audit verify --json" has printed`;
    throw new CommandError(message, { cause: error });
  }
}
