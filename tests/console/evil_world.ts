/** A company of which every text that somebody may write is an attack on whoever reads it. */
import { unique } from "../support/rows.ts";
import { insertWorld, type World, worldOf } from "../support/world.ts";
import { type ConsoleUnderTest, PASSWORD } from "./harness.ts";

/** Breaks out of text, attributes, scripts and styles, and calls for help from elsewhere. */
export const EVIL =
  `"'></title></style></textarea></script><img src=x data-evil onerror=alert(1)>` +
  `<a data-evil href=javascript:alert(2)>x</a>{{1}}`;

/** Nothing of it is in any store yet; its user is an admin. */
export function evilWorld(): World {
  const world = worldOf();
  const evil = () => unique(EVIL);
  const { client, role, user, type, assistant, campaign, record, note, order, call, past } = world;
  const problems = [{ line: 2, problem: `name: =HYPERLINK("${EVIL}")` }];
  const parameters = { [EVIL]: EVIL, nested: { [EVIL]: [EVIL] } };
  const evilImport = { actor: evil(), fileName: `${EVIL}.csv`, problems };
  return {
    ...world,
    client: { ...client, name: evil() },
    role: { ...role, name: evil(), admin: true },
    user: { ...user, name: evil() },
    type: { ...type, name: evil(), description: EVIL },
    assistant: {
      ...assistant,
      name: evil(),
      outcomes: [{ name: EVIL, type: "text", description: EVIL }],
    },
    campaign: { ...campaign, name: evil(), description: EVIL },
    record: { ...record, name: EVIL, firstName: EVIL, lastName: EVIL, email: EVIL, parameters },
    note: { ...note, author: EVIL, text: EVIL },
    order: { ...order, instructions: EVIL },
    call: { ...call, summary: EVIL },
    past: { ...past, summary: EVIL },
    outcomes: [{ name: EVIL, type: "text", value: EVIL, turn: 0 }],
    transcript: { turns: [{ role: "contact", startSeconds: 1, text: EVIL }] },
    token: { ...world.token, name: EVIL },
    audit: { ...world.audit, actor: EVIL, action: EVIL },
    contactImport: { ...world.contactImport, ...evilImport },
    preview: { ...world.preview, ...evilImport },
  };
}

/** Stores it; its user may sign in. */
export async function insertEvil(
  { store, ports, clock }: ConsoleUnderTest,
  world: World,
): Promise<void> {
  await store.run("all", async (repos) => {
    await insertWorld(repos, world);
    const hash = await ports.passwords.hash(PASSWORD);
    await repos.signIn.savePassword(world.user.id, hash, clock.now());
    const ref = { clientId: world.past.clientId, callId: world.past.id };
    await repos.calls.saveTranscript(ref, world.transcript);
    await repos.calls.saveOutcomes(ref, world.outcomes);
  });
}
