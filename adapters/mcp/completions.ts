/**
 * Completes what a person types: a resource's `{uuid}` from the name of a campaign or record, a
 * prompt's argument to such a name.
 *
 * @module
 */
import type { CompleteResult } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import { shown } from "../../src/kernel/text.ts";
import { invalidParams } from "./errors.ts";
import { type Kind, suggest } from "./find_by_name.ts";
import { PROMPTS } from "./prompts.ts";
import { RESOURCES } from "./resources.ts";

/** Most values of one completion, by the specification. */
const MAX_VALUES = 100;

/** Parameters of `completion/complete`. */
export const completionParams = z.object({
  ref: z.discriminatedUnion("type", [
    z.object({ type: z.literal("ref/resource"), uri: z.string() }),
    z.object({ type: z.literal("ref/prompt"), name: z.string() }),
  ]),
  argument: z.object({ name: z.string(), value: z.string() }),
});

/**
 * Values for an argument; none for one that does not complete.
 *
 * @throws ProtocolError -32602 for a prompt or template that there is not.
 */
export async function complete(
  app: App,
  principal: Principal,
  { ref, argument }: z.output<typeof completionParams>,
): Promise<CompleteResult> {
  if (ref.type === "ref/resource") {
    const resource = RESOURCES.find(({ uri }) => uri === ref.uri);
    if (resource === undefined) {
      throw invalidParams(`Resource template ${shown(ref.uri)} not found`);
    }
    const kind = argument.name === "uuid" ? resource.of : null;
    return completion((await found(app, principal, kind, argument.value)).map(({ id }) => id));
  }
  const prompt = PROMPTS.find(({ name }) => name === ref.name);
  if (prompt === undefined) throw invalidParams(`Prompt ${shown(ref.name)} not found`);
  const kind = argument.name === prompt.about ? prompt.about : null;
  return completion((await found(app, principal, kind, argument.value)).map(({ name }) => name));
}

async function found(app: App, principal: Principal, kind: Kind | null, text: string) {
  return kind === null ? [] : await suggest(app, principal, kind, text.trim());
}

function completion(all: string[]): CompleteResult {
  const values = [...new Set(all)].slice(0, MAX_VALUES);
  return { completion: { values, hasMore: all.length >= MAX_VALUES } };
}
