import { countOf, defineCommand } from "../command.ts";
import { table } from "../table.ts";

const MAX_CALLS = 10_000;

/** `phone calls` */
export const listPhoneCalls = defineCommand({
  name: "phone calls",
  about: "List what the simulated phone network was asked to dial, and how often.",
  options: { limit: { type: "string", value: "N", about: "Most calls (50)." } },
  async run(machine, { values: { limit } }) {
    const most = countOf("limit", limit, MAX_CALLS) ?? 50;
    const studio = await machine.open();
    const rows = (await studio.phoneCalls(most)).map((call) => ({
      ...call,
      dialedAt: call.dialedAt.toISOString(),
    }));
    return {
      json: rows,
      text: table(
        ["dialed at", "to", "requests", "refused", "call"],
        rows.map((row) => [
          row.dialedAt,
          row.to,
          String(row.requests),
          row.refused ?? "",
          row.callUuid,
        ]),
      ),
    };
  },
});
