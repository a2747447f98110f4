/**
 * What was wrong with a form of the operator's, by field.
 *
 * @module
 */
import { DomainError } from "../../../../src/kernel/errors.ts";

/** Texts by the form's own field names. */
export type Problems = Record<string, string>;

/**
 * What to say under which field of the form; rethrows what no form can mend.
 *
 * @param names - the form's name of a field, by its name in a setup document.
 */
export function problemsOf(error: unknown, names: Record<string, string> = {}): Problems {
  if (!(error instanceof DomainError && error.code === "invalid")) throw error;
  // Such as `clients[0].topUps[0].amount`.
  const path = error.details.field ?? "";
  const field = path.split(".").at(-1)!;
  const text = error.message.slice(path.length).replace(/^: /, "");
  return { [names[field] ?? field]: `This ${text}.` };
}
