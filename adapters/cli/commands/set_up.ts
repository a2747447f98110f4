/**
 * What commands that create something share: a setup document of one client, applied.
 *
 * @module
 */
import type { Client } from "../../../src/access/client.ts";
import type { App } from "../../../src/app.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import type { ClientSetup, Setup, SetupReport } from "../../../src/setup/setup.ts";
import { type Answer, CommandError, type Machine, OPERATOR } from "../command.ts";

/** Applies a document, and tells what it changed. */
export async function setUp(machine: Machine, setup: Setup): Promise<Answer> {
  const { app } = await machine.open();
  return told(await app.setup.apply(OPERATOR, setup));
}

/** Applies what belongs to a client that there is. @throws CommandError when there is not. */
export async function setUpClient(machine: Machine, client: ClientSetup): Promise<Answer> {
  const { app } = await machine.open();
  const { name } = await requireClient(app, client.name);
  return await setUpOne(machine, { ...client, name });
}

/** Applies a client, new or not. */
export async function setUpOne(machine: Machine, client: ClientSetup): Promise<Answer> {
  try {
    return await setUp(machine, { clients: [client] });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // Which of the document's clients, users or campaigns it was says nothing here: there is one.
    throw new CommandError(error.message.replace(/^clients\[0\]\.(\w+\[0\]\.)?(?=\w)/, ""));
  }
}

/** The client of that name. @throws CommandError when there is none. */
export async function requireClient(app: App, name: string): Promise<Client> {
  const wanted = name.trim().toLowerCase();
  const clients = await app.access.listClients(OPERATOR);
  const found = clients.find(({ client }) => client.name.toLowerCase() === wanted);
  if (found) return found.client;
  throw new CommandError(
    `No client is called "${name}". "studio client list" shows all; "studio client create" adds one.`,
  );
}

function told({ created, updated, unchanged, changes }: SetupReport): Answer {
  const counts = `${created} created, ${updated} updated, ${unchanged} unchanged`;
  const text = changes.length ? [...changes, counts].join("\n") : `Nothing to change: ${counts}`;
  return { json: { created, updated, unchanged, changes }, text };
}
