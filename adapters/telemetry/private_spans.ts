/**
 * Keeps addresses out of the spans that the runtime makes by itself for `Deno.serve` and `fetch`: it
 * notes whole URLs, and ours carry phone numbers (a provider is asked for a number's calls) and signatures
 * (links to recordings, webhooks), in path and query. There is no setting for that in Deno 2.9, so
 * the method by which a span takes attributes is replaced, for every span of the process.
 *
 * @module
 */
import { type Span, trace } from "@opentelemetry/api";

/** Call it once, before anything is served or fetched. */
export function hideAddresses(): void {
  // The class is not to be had otherwise; a span that is never ended is never exported.
  const span = trace.getTracer("call-camp-studio").startSpan("prototype");
  const spans: Pick<Span, "setAttribute"> = Object.getPrototypeOf(span);
  const { setAttribute } = spans;
  spans.setAttribute = function (name, value) {
    if (name === "url.query" || name === "url.path") return this as Span;
    if (name !== "url.full") return setAttribute.call(this, name, value);
    return setAttribute.call(this, name, originOf(String(value)));
  };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "";
}
