/**
 * Somebody signed in, looking at a page: what every page is made from.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";
import type { SignedIn } from "../../src/access/authenticate_session.ts";
import type { Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import type { Assets } from "./assets.ts";
import type { Form } from "./form.ts";
import { type Crumb, Shell } from "./ui/layout.tsx";
import { documentResponse } from "./ui/document.tsx";

/** A client's uuid and name. */
export interface ClientName {
  id: Uuid;
  name: string;
}

/** What a page shows around its body. */
export interface PageOptions {
  /** What the browser's tab says, and the breadcrumbs' last part. */
  title: string;
  /** Pages above this one, outermost first, as paths without the client's prefix. */
  crumbs?: Crumb[];
  /** HTTP status; 200 unless it says otherwise. */
  status?: number;
  /** Names of files in `assets/` that the page needs besides `console.js`. */
  scripts?: string[];
}

/** What is known when a page is asked for. */
export interface VisitFacts {
  app: App;
  assets: Assets;
  publicUrl: URL;
  now: Date;
  signedIn: SignedIn;
  /** The user's client, or the one that a master looks at; null for a master who looks at all. */
  client: ClientName | null;
  /** What a master may choose from; empty for everybody else. */
  clients: ClientName[];
  /** Of the request. */
  url: URL;
  /** What the route's `:names` stand for. */
  params: Record<string, string>;
  /** The whole server's, for looking at its MCP endpoint as a client would. */
  fetch: (request: Request) => Promise<Response>;
  /** Aborted when nobody waits for the page any more, or the server is about to stop. */
  signal: AbortSignal;
}

/** Somebody looking at a page. */
export class Visit {
  /** Use cases. */
  readonly app: App;
  /** Who asks: a master who looks at one client is narrowed to it. */
  readonly principal: Principal;
  readonly signedIn: SignedIn;
  readonly client: ClientName | null;
  readonly clients: ClientName[];
  /** Where clients reach this server. */
  readonly publicUrl: URL;
  readonly now: Date;
  readonly url: URL;
  readonly params: Record<string, string>;
  /** The whole server's. */
  readonly fetch: VisitFacts["fetch"];
  /** Aborted when nobody waits for the page any more, or the server is about to stop. */
  readonly signal: AbortSignal;
  readonly #assets: Assets;

  constructor(facts: VisitFacts, principal: Principal) {
    this.app = facts.app;
    this.principal = principal;
    this.signedIn = facts.signedIn;
    this.client = facts.client;
    this.clients = facts.clients;
    this.publicUrl = facts.publicUrl;
    this.now = facts.now;
    this.url = facts.url;
    this.params = facts.params;
    this.fetch = facts.fetch;
    this.signal = facts.signal;
    this.#assets = facts.assets;
  }

  /** Whether it is one of the operator's own people, whatever client they look at. */
  get isMaster(): boolean {
    return this.signedIn.principal.clientId === null;
  }

  /** A parameter of the address, or null. */
  query(name: string): string | null {
    return this.url.searchParams.get(name);
  }

  /**
   * Path of another page. Pages of a client's data stay with the client that a master looks at;
   * `/profile…`, `/connect` and `/operator…` belong to no client.
   */
  link(path: string): string {
    const own = /^\/(profile|connect|operator|sign-out)\b/.test(path);
    return !own && this.isMaster && this.client ? `/clients/${this.client.id}${path}` : path;
  }

  /** The page, in the shell. */
  page(options: PageOptions, body: Child): Promise<Response> {
    return documentResponse(
      this.#assets,
      { ...options, scripts: ["console.js", ...options.scripts ?? []] },
      <Shell visit={this} title={options.title} crumbs={options.crumbs ?? []}>{body}</Shell>,
    );
  }

  /** Goes to another page, after a form has done its work. */
  redirect(path: string): Response {
    return new Response(null, { status: 303, headers: { Location: this.link(path) } });
  }
}

/** A page, and what its form does. */
export interface PageRoute {
  /** Hono's path, such as `/campaigns/:uuid`. */
  path: string;
  /**
   * Shows a client's data: also found under `/clients/:clientUuid`, for masters, who choose a client
   * first.
   */
  ofClient?: boolean;
  /** For the operator's people; to everybody else it does not exist. */
  masterOnly?: boolean;
  /** Most bytes of a form; 64 KiB unless it says otherwise. */
  maxBytes?: number;
  get?(visit: Visit): Promise<Response> | Response;
  post?(visit: Visit, form: Form): Promise<Response>;
}
