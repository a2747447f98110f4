/**
 * Sends one request to the provider, once, and says what is known of its fate: answered, surely not
 * sent, or in doubt.
 *
 * @module
 */
import type { Clock } from "../../../src/kernel/clock.ts";

/** The part of `fetch` that is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A request, without what every request has. */
export interface ApiRequest {
  method: "GET" | "POST";
  url: string;
  /** Sent as a form; a name may come more than once. */
  form?: [string, string][];
  headers?: Record<string, string>;
}

/** What became of a request. */
export type Sent<T> =
  | { kind: "answered"; answer: T }
  /** The provider has not seen it. */
  | { kind: "not_sent"; why: string }
  /** The provider may have acted on it. */
  | { kind: "in_doubt"; why: string };

/** An answer, read to its end. */
export interface Answer {
  status: number;
  body: string;
  /** When it was given, by the provider's clock; null when it does not tell. */
  date: Date | null;
}

/** What a transport is made of. */
export interface TransportOptions {
  fetch: Fetch;
  clock: Clock;
  /** Value of `Authorization`. */
  authorization: string;
  /** Milliseconds for each request, its answer included. */
  deadline: number;
}

/**
 * A `fetch` that never sends a request twice: over a kept connection that turns out to be dead, the
 * runtime's own would send a POST again by itself.
 */
export function onceFetch(): Fetch {
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false });
  return (url, init) => fetch(url, { ...init, client });
}

/** Sends with credentials and a deadline. Redirects are refused: credentials go to one host. */
export class Transport {
  constructor(private readonly options: TransportOptions) {}

  /** An answer as text. Never rejects. */
  async send(request: ApiRequest): Promise<Sent<Answer>> {
    return await this.#withDeadline(request, async (response) => {
      const date = new Date(response.headers.get("date") ?? NaN);
      return {
        status: response.status,
        body: await response.text(),
        date: Number.isNaN(date.getTime()) ? null : date,
      };
    });
  }

  /** An answer whose body is read later, without a deadline. Never rejects. */
  async open(request: ApiRequest): Promise<Sent<Response>> {
    return await this.#withDeadline(request, (response) => Promise.resolve(response));
  }

  async #withDeadline<T>(
    { method, url, form, headers }: ApiRequest,
    read: (response: Response) => Promise<T>,
  ): Promise<Sent<T>> {
    const { clock, authorization, deadline } = this.options;
    const late = new AbortController();
    const finished = new AbortController();
    clock.sleep(deadline, finished.signal).then(() => {
      if (!finished.signal.aborted) late.abort();
    });
    try {
      const response = await this.options.fetch(url, {
        method,
        headers: { Authorization: authorization, Accept: "application/json", ...headers },
        body: form && new URLSearchParams(form),
        redirect: "error",
        signal: late.signal,
      });
      return { kind: "answered", answer: await read(response) };
    } catch (error) {
      if (late.signal.aborted) {
        return { kind: "in_doubt", why: `no answer within ${deadline / 1000} s` };
      }
      return neverConnected(error)
        ? { kind: "not_sent", why: "the provider could not be reached" }
        : { kind: "in_doubt", why: "the connection broke before the answer was complete" };
    } finally {
      finished.abort();
    }
  }
}

/** Whether a failure came before anything was sent: name, address, TCP or TLS. */
function neverConnected(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    // The HTTP client tells its stages apart in words alone.
    if (each.message.includes("client error (Connect)")) return true;
  }
  return false;
}
