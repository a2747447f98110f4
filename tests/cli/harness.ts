/**
 * The command line in this process, on a store in memory and files that exist only here.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { NumberingPlans } from "../../adapters/phone_numbers.ts";
import { memoryStore } from "../../adapters/memory/store.ts";
import { CommandError, type PhoneCall } from "../../adapters/cli/command.ts";
import type { DatabaseFacts, Patient } from "../../adapters/cli/doctor.ts";
import { type ExitCode, runCli } from "../../adapters/cli/run.ts";
import { type App, createApp } from "../../src/app.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { signInPorts } from "../support/sign_in.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeGateway } from "../support/fake_gateway.ts";
import { NOON } from "../support/rows.ts";

/** What a line came to. */
export interface Ran {
  code: ExitCode;
  stdout: string;
  stderr: string;
}

/** A command line with its world. */
export interface Shell {
  app: App;
  clock: FakeClock;
  uow: UnitOfWork;
  /** Files by path. */
  files: Map<string, string | Uint8Array>;
  /** The phone network's books. */
  phoneCalls: PhoneCall[];
  /** Where the server is reached. */
  publicUrl: URL | null;
  /** What the doctor looks at. */
  patient: Patient;
  /** Times that the database was opened. */
  opened: number;
  isTerminal: boolean;
  run(...args: string[]): Promise<Ran>;
  /** Runs a line with `--json` that must succeed, and reads what it printed. */
  // deno-lint-ignore no-explicit-any -- each command has its own shape, which the test then states
  json(...args: string[]): Promise<any>;
  /** Runs a line that must succeed. */
  done(...args: string[]): Promise<Ran>;
}

/** A command line on an empty store. */
export function openShell(): Shell {
  const { uow, changes } = memoryStore();
  const clock = new FakeClock(NOON);
  const app = createApp({
    uow,
    changes,
    clock,
    ...signInPorts(clock),
    gateway: new FakeGateway(),
    phoneNumbers: new NumberingPlans(),
    recordingLinks: { sign: () => Promise.resolve("https://studio.test/recording") },
    agentRecordings: {
      check: () => Promise.resolve("not_found"),
      open: () => Promise.resolve("not_found"),
    },
    auditKey: "a key for tests",
  });
  const shell: Shell = {
    app,
    clock,
    uow,
    files: new Map(),
    phoneCalls: [],
    publicUrl: new URL("https://studio.test"),
    patient: healthy(),
    opened: 0,
    isTerminal: false,
    run: async (...args) => {
      const written = { stdout: "", stderr: "" };
      // As the embedded database does, it opens once per line.
      let isOpen = false;
      const code = await runCli(args, {
        open() {
          if (isOpen) throw new CommandError("the database is in use by another process");
          isOpen = true;
          shell.opened++;
          const phoneCalls = (limit: number) => Promise.resolve(shell.phoneCalls.slice(0, limit));
          return Promise.resolve({ app, publicUrl: shell.publicUrl, phoneCalls });
        },
        migrate: () => Promise.resolve(["0001_studio.sql"]),
        patient: () => shell.patient,
        readFile(path) {
          const file = shell.files.get(path);
          if (file === undefined) return Promise.reject(new CommandError(`${path}: no such file`));
          return Promise.resolve(typeof file === "string" ? new TextEncoder().encode(file) : file);
        },
        stdout: (text) => written.stdout += text,
        stderr: (text) => written.stderr += text,
        isTerminal: shell.isTerminal,
      });
      return { code, ...written };
    },
    async done(...args) {
      const ran = await shell.run(...args);
      assertEquals(ran.code, 0, ran.stderr);
      return ran;
    },
    async json(...args) {
      const { stdout, stderr } = await shell.done(...args, "--json");
      assertEquals(stderr, "", "--json says nothing on standard error");
      return JSON.parse(stdout);
    },
  };
  return shell;
}

/** An installation that lacks nothing. */
export function healthy(over: Partial<Patient> = {}): Patient {
  return {
    settings: () => ({ telephony: "simulated", ownSigningKey: true }),
    publicUrl: () => new URL("https://studio.test"),
    database: () => Promise.resolve(HEALTHY_DATABASE),
    assistants: () => Promise.resolve([]),
    phone: () => Promise.resolve(null),
    fetch: () => Promise.resolve(Response.json({ ok: true })),
    ...over,
  };
}

/** A database that lacks nothing. */
export const HEALTHY_DATABASE: DatabaseFacts = {
  majorVersion: 17,
  migration: 4,
  wanted: 4,
  login: "studio_server",
  ownRights: [],
  missingRoles: [],
  aheadBy: 20,
};

/** A setup file with one of everything. */
export const WHOLE = {
  $schema: "./setup.schema.json",
  masters: [{ email: "olga@operator.example", name: "Olga Ruiz" }],
  unassigned: [{ email: "new@acme.example", name: "Nia New" }],
  clients: [{
    name: "Acme",
    country: "US",
    tariff: { currency: "USD", setup: "0.01", perMinute: "0.12", incrementSeconds: 1 },
    phoneRates: { US: "0.0085", default: "0.05" },
    rules: {
      window: null,
      countries: null,
      requireConsent: false,
      maxConcurrentCalls: 50,
      maxPricePerMinute: "0.50",
    },
    topUps: [{ reference: "INV-1", amount: "250.00" }],
    roles: [{ name: "Admin", admin: true }, { name: "Viewer", permissions: ["calls.view"] }],
    users: [{ email: "ana@acme.example", name: "Ana Lima", role: "Admin" }],
    recordTypes: [{ name: "Lead", description: "Asked for a quote" }],
    assistants: [{
      name: "Nova",
      connection: { kind: "simulated" },
      outcomes: [
        { name: "interested", type: "boolean", description: "Whether the contact is interested" },
        { name: "size", type: "choice", description: "How big", choices: ["small", "large"] },
      ],
      operationalPerMinute: "0.05",
    }],
    campaigns: [{
      name: "Spring",
      description: "Quotes of the spring",
      status: "active",
      assistant: "Nova",
      rules: { window: { start: "08:00", end: "24:00", days: [1, 2] }, autoDial: true },
    }],
    records: [{
      recordType: "Lead",
      name: "Bo Chen",
      phoneNumber: "(415) 555-0132",
      country: "US",
      email: "bo@example.com",
      timeZone: "America/Denver",
      consent: { at: "2026-01-02T03:04:05Z", source: "Web form" },
      doNotCall: true,
      parameters: { roof: { kind: "flat", age: 12 }, tags: ["a", null] },
    }],
  }],
};
