/**
 * What stands between this installation and its first real call: looks at everything, changes
 * nothing, and says of each thing what to do.
 *
 * @module
 */
import type { AssistantView } from "../../src/campaigns/agent_webhooks.ts";

/** `warning`: calls can be made, but something will be missed. */
export type State = "ok" | "warning" | "failed";

/** The state of one thing. */
export interface Finding {
  /** What was looked at, such as `database`. */
  check: string;
  state: State;
  text: string;
  /** What to do; absent when nothing need be done. */
  fix?: string;
}

/** A database, and the login that looks at it. */
export interface DatabaseFacts {
  majorVersion: number;
  migration: number;
  wanted: number;
  login: string;
  ownRights: readonly string[];
  missingRoles: readonly string[];
  /** Milliseconds by which its clock is ahead of ours. */
  aheadBy: number;
}

/** What the doctor sees of an installation. Whatever cannot be looked at rejects, and says why. */
export interface Patient {
  /** Reads all settings as a server does. */
  settings(): { telephony: string; ownSigningKey: boolean };
  /** `PUBLIC_URL`; null when it is not set. */
  publicUrl(): URL | null;
  database(): Promise<DatabaseFacts>;
  assistants(): Promise<AssistantView[]>;
  /** What the phone network says of itself; null when it has nothing to say. */
  phone(): Promise<Finding[] | null>;
  fetch(url: URL): Promise<Response>;
}

const OLDEST_POSTGRES = 15;
/** Seconds: tokens, links and signatures bear a little. */
const TOLERABLE_SKEW = 2;
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Looks at everything, in the order in which to mend it. */
export async function checkUp(patient: Patient): Promise<Finding[]> {
  const settings = attempt("settings", () => patient.settings());
  const database = await attemptLater("database", () => patient.database());
  const findings = [
    ...("failure" in settings
      ? [{ ...settings.failure, fix: "Set it as the message says; the README lists all of them." }]
      : settingsFound(settings.value)),
    ...("failure" in database
      ? [{ ...database.failure, fix: "Check DATABASE_URL, and that PostgreSQL runs." }]
      : databaseFound(database.value)),
    ...await publicAddress(patient),
  ];
  const ready = !("failure" in database) && database.value.migration >= database.value.wanted &&
    database.value.missingRoles.length === 0;
  return [
    ...findings,
    ...("failure" in settings
      ? [notLookedAt("telephony", "settings")]
      : ready
      ? await phoneFound(patient, settings.value.telephony)
      : [notLookedAt("telephony", "database")]),
    ...(ready ? await assistantsFound(patient) : [notLookedAt("agents", "database")]),
  ];
}

function notLookedAt(check: string, because: string): Finding {
  const fix = `Mend the ${because} first.`;
  return { check, state: "warning", text: `not looked at: first the ${because}`, fix };
}

function settingsFound({ ownSigningKey }: { ownSigningKey: boolean }): Finding[] {
  return [
    { check: "settings", state: "ok", text: "a server starts with these" },
    {
      check: "signing key",
      state: "ok",
      text: ownSigningKey
        ? "SIGNING_KEY is set; every replica needs the same"
        : "a random one, which the replicas share in the database",
    },
  ];
}

function databaseFound(facts: DatabaseFacts): Finding[] {
  const { majorVersion, migration, wanted, login, ownRights, missingRoles } = facts;
  const skew = Math.abs(facts.aheadBy) / 1000;
  return [
    majorVersion >= OLDEST_POSTGRES
      ? { check: "database", state: "ok", text: `PostgreSQL ${majorVersion} answers` }
      : {
        check: "database",
        state: "failed",
        text: `PostgreSQL ${majorVersion} is too old`,
        fix: `Move to PostgreSQL ${OLDEST_POSTGRES} or later.`,
      },
    migration >= wanted
      ? { check: "migrations", state: "ok", text: `up to date (${migration})` }
      : {
        check: "migrations",
        state: "failed",
        text: `at ${migration}, this build needs ${wanted}`,
        fix: "Run `deno task migrate` with the URL of the database's owner.",
      },
    ...(migration > 0 && missingRoles.length > 0
      ? [{
        check: "login",
        state: "failed" as const,
        text: `${login} cannot take ${missingRoles.join(", ")}`,
        fix: `As the database's owner: grant ${missingRoles.join(", ")} to ${login};`,
      }]
      : [
        ownRights.length === 0
          ? { check: "login", state: "ok" as const, text: `${login} has no rights of its own` }
          : {
            check: "login",
            state: "warning" as const,
            text: `${login} ${ownRights.join(", ")}: good for migrating, too much for a server`,
            fix:
              'Let the server log in as a role of its own; see the README, "The database\'s roles".',
          },
      ]),
    skew <= TOLERABLE_SKEW
      ? { check: "clock", state: "ok", text: `within ${TOLERABLE_SKEW} s of the database's` }
      : {
        check: "clock",
        state: "failed",
        text: `${skew.toFixed(1)} s ${facts.aheadBy > 0 ? "behind" : "ahead of"} the database's`,
        fix: "Synchronise the clocks of both machines (NTP): signatures are good for minutes only.",
      },
  ];
}

async function publicAddress(patient: Patient): Promise<Finding[]> {
  const check = "public address";
  const read = attempt(check, () => patient.publicUrl());
  // A bad value is among the settings' problems already.
  if ("failure" in read) return [];
  const url = read.value;
  if (url === null) {
    const fix = "Set it to the address at which platforms and assistants reach the server.";
    return [{ check, state: "failed", text: "PUBLIC_URL is not set", fix }];
  }
  const health = new URL("/healthz", url);
  const answer = await attemptLater(check, async () => {
    const response = await patient.fetch(health);
    const body = await response.text();
    if (response.status !== 200 || body.replaceAll(/\s/g, "") !== '{"ok":true}') {
      throw new Error(`${health.href} answered ${response.status}, and not as this server does`);
    }
  });
  if ("failure" in answer) {
    return [{
      ...answer.failure,
      fix: "Start the server; then check DNS, the certificate, the firewall, and that the proxy " +
        "hands all paths on.",
    }];
  }
  if (url.protocol === "https:") return [{ check, state: "ok", text: `${health.href} answers` }];
  return [{
    check,
    state: "warning",
    text: LOOPBACK.includes(url.hostname)
      ? "only this machine can reach it: no platform can report to it"
      : "is not https: platforms may refuse to report to it, and tokens travel in the open",
    fix: "Put a proxy with a certificate in front, and set PUBLIC_URL to its https address.",
  }];
}

async function phoneFound(patient: Patient, telephony: string): Promise<Finding[]> {
  const found = await attemptLater("telephony", () => patient.phone());
  if ("failure" in found) {
    return [{ ...found.failure, fix: "Check TELEPHONY and its own settings." }];
  }
  if (found.value !== null) return found.value;
  const text = telephony === "simulated"
    ? "simulated: no real phone rings"
    : `${telephony}: has no check of its own`;
  return [{ check: "telephony", state: "ok", text }];
}

async function assistantsFound(patient: Patient): Promise<Finding[]> {
  const found = await attemptLater("agents", () => patient.assistants());
  if ("failure" in found) return [found.failure];
  const real = found.value.filter(({ connection }) => connection.kind !== "simulated");
  const silent = real.filter(({ platform }) => platform === null);
  if (silent.length === 0) {
    const text = real.length === 0
      ? "none is on a platform yet: all are simulated"
      : `${real.length} on a platform, each with a webhook`;
    return [{ check: "agents", state: "ok", text }];
  }
  return silent.map(({ name, clientName }) => ({
    check: "agents",
    state: "warning",
    text:
      `${name} of ${clientName} has no webhook: no transcript or outcome of its calls will come`,
    fix: `studio assistant create --client "${clientName}" --name "${name}" --webhook PLATFORM`,
  }));
}

type Attempt<T> = { value: T } | { failure: Finding };

function attempt<T>(check: string, look: () => T): Attempt<T> {
  try {
    return { value: look() };
  } catch (error) {
    return { failure: failed(check, error) };
  }
}

async function attemptLater<T>(check: string, look: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await look() };
  } catch (error) {
    return { failure: failed(check, error) };
  }
}

function failed(check: string, error: unknown): Finding {
  return { check, state: "failed", text: error instanceof Error ? error.message : String(error) };
}
