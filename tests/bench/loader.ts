/**
 * The load generator's other end: jobs go in, results come out.
 *
 * @module
 */
import { TextLineStream } from "./lines.ts";
import type { Job, Result } from "./load.ts";

/** A running load generator. */
export interface Loader {
  /** Does a job; fails unless every answer was as expected. */
  run(job: Job): Promise<Result[]>;
  stop(): Promise<void>;
}

/** Starts one. */
export function startLoader(): Loader {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      new URL("./load.ts", import.meta.url).pathname,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const jobs = child.stdin.getWriter();
  const answers = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  return {
    async run(job) {
      await jobs.write(new TextEncoder().encode(`${JSON.stringify(job)}\n`));
      const { value } = await answers.read();
      const results: Result[] | { error: string } = JSON.parse(
        value ?? '{"error":"the load generator ended"}',
      );
      if ("error" in results) throw new Error(results.error);
      const bad = results.find(({ failures }) => failures > 0);
      if (bad) {
        throw new Error(`${bad.failures} answers were not as expected; the first: ${bad.wrong}`);
      }
      return results;
    },
    async stop() {
      await jobs.close();
      await child.status;
    },
  };
}
