/**
 * A deadline for bodies that are read as streams, by whoever they are meant for.
 *
 * @module
 */
import type { Clock } from "../../src/kernel/clock.ts";

/** The request, whose body fails with a TypeError, as a broken one does, once its time is up. */
export function withDeadline(request: Request, milliseconds: number, clock: Clock): Request {
  if (request.body === null) return request;
  const reader = request.body.getReader();
  const finished = new AbortController();
  // The rest is not wanted; a sender that is gone already makes cancelling fail, which is no news.
  const letGo = () => void reader.cancel().catch(() => {});
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      void clock.sleep(milliseconds, finished.signal).then(() => {
        if (finished.signal.aborted) return;
        stream.error(new TypeError("the body took too long to arrive"));
        letGo();
      });
    },
    async pull(stream) {
      try {
        const { done, value } = await reader.read();
        if (!done) return stream.enqueue(value);
        finished.abort();
        stream.close();
      } catch (error) {
        finished.abort();
        throw error;
      }
    },
    cancel() {
      finished.abort();
      letGo();
    },
  });
  return new Request(request, { body });
}
