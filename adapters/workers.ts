/**
 * What the server does by itself. Every replica may run all of it: each job is safe to run twice.
 *
 * @module
 */
import type { App } from "../src/app.ts";
import type { Clock } from "../src/kernel/clock.ts";
import type { Log } from "./log.ts";

/** A job that runs again and again. */
export interface Job {
  name: string;
  /** Milliseconds between two runs. */
  every: number;
  run: () => Promise<unknown>;
}

/** Runs a job, and takes note of it. */
export type ObserveJob = (name: string, run: () => Promise<unknown>) => Promise<void>;

/** Longest pause after failures, in milliseconds. */
const MAX_PAUSE = 30_000;

/** The application's own jobs. */
export function jobsOf(app: App, silentSeconds: number, log: Log): Job[] {
  return [
    { name: "dial due orders", every: 1_000, run: () => app.calls.dialDue() },
    { name: "reconcile calls", every: 2_000, run: () => app.calls.reconcile(silentSeconds) },
    { name: "run imports", every: 1_000, run: () => app.imports.run() },
    { name: "forget previews", every: 3_600_000, run: () => app.imports.forgetPreviews() },
    { name: "seal the audit trail", every: 2_000, run: () => sealAudit(app, log) },
    { name: "forget idempotency keys", every: 3_600_000, run: () => app.calls.forgetKeys() },
  ];
}

/** The log is kept elsewhere than the database: its heads tell when the end of a chain is cut off. */
async function sealAudit(app: App, log: Log): Promise<void> {
  for (const { clientId, seq, hash } of await app.access.sealAudit()) {
    log("info", "audit trail sealed", { clientUuid: clientId, seq, hash });
  }
}

/** Runs every job until the signal, and settles when the last run has ended. */
export async function runJobs(
  jobs: Job[],
  { clock, log, signal, observe = plainly }: {
    clock: Clock;
    log: Log;
    signal: AbortSignal;
    observe?: ObserveJob;
  },
): Promise<void> {
  await Promise.all(jobs.map(async ({ name, every, run }) => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await observe(name, run);
        failures = 0;
      } catch (error) {
        failures++;
        log("warn", "job failed", { job: name, failures, error });
      }
      await clock.sleep(Math.max(every, Math.min(MAX_PAUSE, every * 2 ** failures)), signal);
    }
  }));
}

async function plainly(_name: string, run: () => Promise<unknown>): Promise<void> {
  await run();
}
