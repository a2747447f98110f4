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
  run(job: Job): Promise<Result>;
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
  const results = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  return {
    async run(job) {
      await jobs.write(new TextEncoder().encode(`${JSON.stringify(job)}\n`));
      const { value } = await results.read();
      const result = JSON.parse(value ?? '{"error":"the load generator ended"}');
      if (result.error !== undefined) throw new Error(result.error);
      if (result.failures > 0) {
        throw new Error(
          `${result.failures} answers were not as expected; the first: ${result.wrong}`,
        );
      }
      return result;
    },
    async stop() {
      await jobs.close();
      await child.status;
    },
  };
}
