import { defineCommand } from "../command.ts";
import { checkUp, type Finding, type State } from "../doctor.ts";

const MARKS: Record<State, string> = { ok: "ok     ", warning: "warning", failed: "FAILED " };

/** `doctor` */
export const doctor = defineCommand({
  name: "doctor",
  about: "Check settings, database, clock, public address, telephony and agents; say what to fix.",
  options: {},
  async run(machine) {
    const findings = await checkUp(machine.patient());
    const ok = findings.every(({ state }) => state !== "failed");
    return {
      json: { ok, findings: findings.map((finding) => ({ ...finding })) },
      text: findings.map(shown).join("\n"),
      incomplete: !ok,
    };
  },
});

function shown({ check, state, text, fix }: Finding): string {
  const line = `${MARKS[state]}  ${check}: ${text}`;
  return fix === undefined ? line : `${line}\n         -> ${fix}`;
}
