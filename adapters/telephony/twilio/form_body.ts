/**
 * Reads the form of a webhook under limits of size and time.
 *
 * @module
 */
import type { Clock } from "../../../src/kernel/clock.ts";

/** Most bytes; a webhook has some two thousand. */
export const MAX_BYTES = 64 * 1024;
/** Milliseconds in which all of it must have arrived. */
const DEADLINE = 10_000;

/** The fields, or the HTTP status with which the request is refused. */
export async function readForm(
  request: Request,
  clock: Clock,
): Promise<{ fields: URLSearchParams } | { refused: 400 | 408 | 413 | 415 }> {
  const type = request.headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return { refused: 415 };
  if (Number(request.headers.get("content-length")) > MAX_BYTES) return { refused: 413 };
  if (request.body === null) return { fields: new URLSearchParams() };
  const reader = request.body.getReader();
  const finished = new AbortController();
  // Not by a race for each chunk: what lost one would be kept until the deadline.
  let late = false;
  void clock.sleep(DEADLINE, finished.signal).then(() => {
    if (finished.signal.aborted) return;
    late = true;
    reader.cancel().catch(() => {});
  });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  try {
    for (;;) {
      const next = await reader.read();
      if (late) return { refused: 408 };
      if (next.done) return { fields: new URLSearchParams(text + decoder.decode()) };
      size += next.value.length;
      if (size > MAX_BYTES) return { refused: 413 };
      text += decoder.decode(next.value, { stream: true });
    }
  } catch {
    return { refused: 400 };
  } finally {
    finished.abort();
    // What is left is not wanted, and a sender that is gone is no news.
    reader.cancel().catch(() => {});
  }
}
