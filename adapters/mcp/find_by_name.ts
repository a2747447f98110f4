/**
 * Campaigns and records as people refer to them: by name, or by uuid.
 *
 * @module
 */
import type { Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import { invalid } from "../../src/kernel/errors.ts";
import { isUuid } from "../../src/kernel/ids.ts";
import { shown } from "../../src/kernel/text.ts";
import type { Named } from "../../src/records/record_repo.ts";

/** What can be looked for by name. */
export type Kind = "campaign" | "record";

/** Those whose name contains the text. */
export async function suggest(
  app: App,
  principal: Principal,
  kind: Kind,
  text: string,
): Promise<Named[]> {
  const feature = kind === "campaign" ? app.campaigns : app.records;
  return await feature.suggest(principal, text);
}

/**
 * The uuid that a name or uuid stands for.
 *
 * @throws DomainError `invalid` when no name, or more than one, fits.
 */
export async function resolve(
  app: App,
  principal: Principal,
  kind: Kind,
  text: string,
): Promise<string> {
  const wanted = text.trim();
  if (isUuid(wanted)) return wanted;
  const found = await suggest(app, principal, kind, wanted);
  const same = found.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  const fitting = same.length > 0 ? same : found;
  if (fitting.length === 1) return fitting[0].id;
  const some = fitting.slice(0, 5).map(({ id, name }) => `${name} (${id})`).join(", ");
  throw invalid(
    kind,
    fitting.length === 0
      ? `no ${kind} has ${shown(wanted)} in its name`
      : `several fit, give the uuid of one: ${some}`,
  );
}
