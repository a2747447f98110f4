/**
 * Random calls of several clients' admins, who know each other's uuids, names and numbers: tools,
 * resources and completions. Whatever an answer shows must be the caller's own, or have been in its call.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { RESOURCES } from "../../adapters/mcp/resources.ts";
import { TOOLS } from "../../adapters/mcp/tools/mod.ts";
import type { Principal } from "../../src/access/principal.ts";
import { NOBODY, type Studio } from "./studio.ts";
import { insertWorld, worldOf } from "./world.ts";

/** What is asked. */
export type Question =
  | { method: "tools/call"; name: string; args: Record<string, unknown> }
  | { method: "resources/read"; uri: string }
  | { method: "completion/complete"; uri: string; value: string };

/** How it is asked: the answer as text, and whether it is a refusal. */
export type Way = (who: Asker, question: Question) => Promise<{ text: string; refused: boolean }>;

/** A client's admin, and what is known to be the client's. */
export interface Asker {
  token: string;
  principal: Principal;
  /** Uuids by what they name, such as `record`. */
  own: Record<Kind, string[]>;
  /** Words that stand in no other client's rows. */
  words: string[];
}

type Kind = "record" | "type" | "campaign" | "order" | "call";

/** Tools' parameters, by what they name. */
const NAMES: Record<string, Kind> = {
  recordUuid: "record",
  recordTypeUuid: "type",
  campaignUuid: "campaign",
  callOrderUuid: "order",
  callUuid: "call",
};

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Numbers that all clients have records of. */
const SHARED_NUMBERS = 30;

/** Numbers from a seed, so that a run can be had again (mulberry32). */
export function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Three clients with a row of everything, and their admins. */
export async function threeClients({ store, admin }: Studio): Promise<Asker[]> {
  const worlds = [worldOf(), worldOf(), worldOf()];
  for (const world of worlds) await store.run("all", (repos) => insertWorld(repos, world));
  const texts = worlds.map((world) => new Set(textsIn(world)));
  return worlds.map((world, i) => ({
    token: `asker-${i}`,
    principal: {
      ...admin,
      userId: world.user.id,
      tokenId: world.token.id,
      clientId: world.client.id,
    },
    own: {
      record: [world.record.id],
      type: [world.type.id],
      campaign: [world.campaign.id],
      order: [world.order.id],
      call: [world.call.id, world.past.id],
    },
    words: [
      `Of client ${i}`,
      ...[...texts[i]].filter((text) => texts.every((other, j) => j === i || !other.has(text))),
    ],
  }));
}

/** Every longer text in some rows. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value.length >= 8 ? [value] : [];
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  return Object.values(value).flatMap(textsIn);
}

/** Asks so many questions, some at a time; fails at the first answer with what is not the asker's. */
export async function askAll(
  askers: Asker[],
  way: Way,
  count: number,
  random: () => number,
  atATime = 1,
): Promise<{ answered: number; refused: number; foreign: number }> {
  const owner = new Map(
    askers.flatMap((asker) =>
      asker.words.flatMap((word) => word.match(UUID) ?? []).map((id) => [id, asker])
    ),
  );
  const tally = { answered: 0, refused: 0, foreign: 0 };
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
  const askOne = async () => {
    const asker = pick(askers);
    const question = randomQuestion(asker, askers, pick, random);
    const asked = JSON.stringify(question);
    const { text, refused } = await way(asker, question);
    for (const id of new Set(text.match(UUID))) {
      const known = owner.get(id);
      if (known === undefined && id !== NOBODY) owner.set(id, asker);
      const fine = known === undefined || known === asker || asked.includes(id);
      assert(fine, `${asker.token} asked ${asked} and got another's ${id}: ${text}`);
    }
    for (const other of askers) {
      if (other === asker) continue;
      const shown = other.words.find((word) => text.includes(word) && !asked.includes(word));
      assertEquals(shown, undefined, `${asker.token} asked ${asked} and got: ${text}`);
    }
    const strange = (asked.match(UUID) ?? []).some((id) => {
      return owner.get(id) !== undefined && owner.get(id) !== asker;
    });
    if (strange && question.method !== "completion/complete") {
      tally.foreign++;
      assert(refused, `${asker.token} asked ${asked} and was not refused: ${text}`);
    }
    refused ? tally.refused++ : tally.answered++;
    if (!refused) learn(asker, question, text);
  };
  let left = count;
  await Promise.all(Array.from({ length: atATime }, async () => {
    while (left-- > 0) await askOne();
  }));
  return tally;
}

/** What was made is the asker's from now on, for everybody to ask for. */
function learn({ own }: Asker, question: Question, text: string): void {
  if (question.method !== "tools/call") return;
  const kinds: Record<string, [Kind, string]> = {
    "create-record": ["record", "uuid"],
    "create-call-order": ["order", "uuid"],
    "initiate-call": ["call", "callUuid"],
  };
  const made = kinds[question.name];
  if (made !== undefined) own[made[0]].push(JSON.parse(text)[made[1]]);
}

function randomQuestion(
  asker: Asker,
  askers: Asker[],
  pick: <T>(items: readonly T[]) => T,
  random: () => number,
): Question {
  const uuid = (kind: Kind): string => {
    const chance = random();
    if (chance < 0.03) return NOBODY;
    // Also what names something else.
    const named = chance < 0.08 ? pick(Object.keys(asker.own) as Kind[]) : kind;
    return pick((chance < 0.5 ? asker : pick(askers)).own[named]);
  };
  const common = ["Ana", "+1415555", "Of client", "a", "%", "_"];
  const said = () => pick([...pick(askers).words.filter((word) => !word.match(UUID)), ...common]);
  const resource = () => {
    const { uri, of } = pick(RESOURCES);
    return { uri, filled: uri.replace("{uuid}", of === null ? "" : uuid(of)) };
  };
  const kind = random();
  if (kind < 0.15) return { method: "resources/read", uri: resource().filled };
  if (kind < 0.22) {
    return { method: "completion/complete", uri: resource().uri, value: said().slice(0, 12) };
  }
  const { name, input } = pick(TOOLS);
  const args: Record<string, unknown> = {};
  for (const [field, schema] of Object.entries(input.shape)) {
    if (schema.safeParse(undefined).success && random() < 0.6) continue;
    args[field] = field in NAMES
      ? uuid(NAMES[field])
      : field === "uuid"
      ? uuid(name === "update-call-order-status" ? "order" : "record")
      : other(name, field, said, resource, asker, random);
  }
  return { method: "tools/call", name, args };
}

function other(
  tool: string,
  field: string,
  said: () => string,
  resource: () => { filled: string },
  { words: [mark] }: Asker,
  random: () => number,
): unknown {
  const number = Math.floor(random() * SHARED_NUMBERS);
  switch (field) {
    case "phoneNumber":
      return `+1628555${1000 + number}`;
    case "uri":
      return resource().filled;
    case "search":
      return said().slice(0, 200);
    case "limit":
      return 1 + number;
    case "page":
      return 1 + number % 3;
    case "status":
      return tool === "list-records" || tool === "update-record"
        ? "active"
        : tool === "list-campaigns"
        ? "active"
        : "planned";
    case "callType":
      return "phone_out";
    case "scheduledTime":
      return "2030-01-01T00:00:00Z";
    case "parameters":
      return { note: mark };
    case "country":
      return "US";
    case "email":
      return "somebody@example.com";
    case "waitSeconds":
    case "fromTurn":
    case "fromOutcome":
      return 0;
    // The same for all clients: a key is one client's alone.
    case "idempotencyKey":
      return `key ${number}`;
    default:
      return `${mark} ${number}`;
  }
}
