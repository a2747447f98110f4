/**
 * `subscriptions/listen` (protocol 2026-07-28): a stream that tells which resources have changed, of
 * those that the client names. The SDK speaks the protocol, one handler and one event bus to a
 * stream, so that a stream hears of its own caller's changes alone.
 *
 * Not here: what the 2025 revisions have (`resources/subscribe`), which needs a session; and
 * changes of lists, which only change with a new version.
 *
 * @module
 */
import {
  type AuthInfo,
  createMcpHandler,
  type McpServerFactory,
  type ServerEvent,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import type { Change } from "../../src/kernel/changes.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { findResource, type FoundResource } from "./resources.ts";

/** Most streams of this process at a time. */
export const MAX_STREAMS = 1_000;
/** Most streams of a token at this process. */
export const MAX_STREAMS_OF_TOKEN = 20;
/** Most resources that one stream tells of. */
export const MAX_RESOURCES = 100;
/** Tokens are looked at so often, in milliseconds: a revoked one hears nothing after five seconds. */
const RECHECK_MS = 3_000;
/** A resource is told of at once, and then at most so often, in milliseconds. */
const PAUSE_MS = 250;
/** A client that leaves so many messages unread has gone, or reads too slowly to be kept. */
const MAX_UNREAD = 1_000;

/** What the streams are made of. */
export interface ListeningDeps {
  app: App;
  serve: McpServerFactory;
  onerror: (error: Error) => void;
  clock: Clock;
}

/** Who wants to listen, and to what. */
export interface Listener {
  principal: Principal;
  /** The JSON-RPC message. */
  body: unknown;
  /** Whether the token still opens what it opened. */
  stillAllowed: () => Promise<boolean>;
  authInfo: AuthInfo;
}

interface Stream {
  token: string;
  stillAllowed: () => Promise<boolean>;
  /** Says goodbye. */
  end(): void;
}

const listenRequest = z.looseObject({
  id: z.union([z.string(), z.number()]),
  method: z.literal("subscriptions/listen"),
  params: z.looseObject({
    notifications: z.looseObject({ resourceSubscriptions: z.array(z.string()).optional() }),
  }),
});

/** Whether the message asks for a stream. */
export function listens(body: unknown): boolean {
  // Hardly any does, and each that does not would cost an error that nobody reads.
  if ((body as { method?: unknown } | null)?.method !== "subscriptions/listen") return false;
  return listenRequest.safeParse(body).success;
}

/** Every open stream of this process. */
export class Listening {
  readonly #streams = new Set<Stream>();
  /** Aborted when the last stream has ended. */
  #idle = new AbortController();

  constructor(private readonly deps: ListeningDeps) {}

  /** Streams that are open. */
  get count(): number {
    return this.#streams.size;
  }

  /** Answers a message that {@link listens}. */
  async open(request: Request, listener: Listener): Promise<Response> {
    const { principal, stillAllowed, authInfo } = listener;
    const { id, params, ...message } = listenRequest.parse(listener.body);
    const { resourceSubscriptions = [], ...others } = params.notifications;
    const token = principal.tokenId ?? "";
    const refusal = this.#refusal(token, resourceSubscriptions.length);
    if (refusal !== null) return Response.json({ jsonrpc: "2.0", id, error: refusal });

    // What is no resource of ours never changes; leaving it out of the acknowledgement says so.
    const resources = new Map<string, FoundResource>();
    for (const uri of resourceSubscriptions) {
      const found = findResource(uri);
      if (found !== null) resources.set(uri, found);
    }
    const notifications = { ...others, resourceSubscriptions: [...resources.keys()] };
    const parsedBody = { ...message, id, params: { ...params, notifications } };
    let unread = 0;
    const bus = {
      publish: () => {},
      subscribe: (tell: (event: ServerEvent) => void) =>
        this.#tellChanges(principal, resources, (uri) => {
          if (unread++ < MAX_UNREAD) tell({ kind: "resource_updated", uri });
          else stream.end();
        }),
    };
    const handler = createMcpHandler(this.deps.serve, {
      onerror: this.deps.onerror,
      bus,
      maxSubscriptions: 1,
    });
    const stream: Stream = {
      token,
      stillAllowed,
      end: () => {
        // Now, and not when the goodbye was read: perhaps nobody reads any more.
        this.#remove(stream);
        void handler.close();
      },
    };
    this.#add(stream);
    const response = await handler.fetch(request, { authInfo, parsedBody });
    const ended = () => this.#remove(stream);
    if (response.body === null) {
      ended();
      return response;
    }
    const body = counted(response.body, () => unread = Math.max(0, unread - 1), ended);
    return new Response(body, { status: response.status, headers: response.headers });
  }

  /** Says goodbye on every stream. */
  closeAll(): void {
    for (const stream of [...this.#streams]) stream.end();
  }

  #refusal(token: string, resources: number): { code: number; message: string } | null {
    if (resources > MAX_RESOURCES) {
      const message = `resourceSubscriptions: at most ${MAX_RESOURCES}, got ${resources}`;
      return { code: -32602, message };
    }
    const ofToken = Array.from(this.#streams).filter((stream) => stream.token === token).length;
    if (ofToken >= MAX_STREAMS_OF_TOKEN) {
      const message = `This token has ${ofToken} open streams, the most there may be; close one.`;
      return { code: -32603, message };
    }
    if (this.#streams.size >= MAX_STREAMS) {
      return { code: -32603, message: "Too many open streams: try again in a minute." };
    }
    return null;
  }

  /** Tells of each resource when it changes. */
  #tellChanges(
    principal: Principal,
    resources: Map<string, FoundResource>,
    tell: (uri: string) => void,
  ): () => void {
    const changed = new Set<string>();
    const over = new AbortController();
    let telling = false;
    const tellAll = async () => {
      if (telling) return;
      telling = true;
      while (changed.size > 0 && !over.signal.aborted) {
        const uris = [...changed];
        changed.clear();
        uris.forEach(tell);
        await this.deps.clock.sleep(PAUSE_MS, over.signal);
      }
      telling = false;
    };
    const stop = this.deps.app.access.watchChanges(principal, (change) => {
      for (const [uri, resource] of resources) if (touches(change, resource)) changed.add(uri);
      void tellAll();
    });
    return () => {
      stop();
      over.abort();
    };
  }

  #add(stream: Stream): void {
    this.#streams.add(stream);
    if (this.#streams.size > 1) return;
    this.#idle = new AbortController();
    void this.#checkTokens(this.#idle.signal);
  }

  #remove(stream: Stream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#idle.abort();
  }

  async #checkTokens(idle: AbortSignal): Promise<void> {
    while (!idle.aborted) {
      await this.deps.clock.sleep(RECHECK_MS, idle);
      const byToken = Map.groupBy(this.#streams, ({ token }) => token);
      await Promise.all(Array.from(byToken.values(), async (streams) => {
        if (!await streams[0].stillAllowed()) { for (const stream of streams) stream.end(); }
      }));
    }
  }
}

function touches({ touched }: Change, { of, uuid }: FoundResource): boolean {
  if (touched === null) return true;
  const { records = [], campaigns = [] } = touched;
  if (of === "record") return records.includes(uuid);
  return of === "campaign" ? campaigns.includes(uuid) : campaigns.length > 0;
}

/** The same bytes; tells of each piece that is read, and of the end, whoever makes it. */
function counted(
  body: ReadableStream<Uint8Array>,
  read: () => void,
  ended: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read();
      if (!done) {
        read();
        return controller.enqueue(value);
      }
      ended();
      controller.close();
    },
    async cancel(reason) {
      ended();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
