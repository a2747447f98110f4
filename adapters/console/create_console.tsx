/**
 * The web console: pages for people, over the same use cases as the MCP tools. It has no rule of
 * its own. How to add a page: write a {@link PageRoute}, list it in `pages/mod.ts`, and give it an
 * entry in `ui/navigation.ts` if it belongs into the menu.
 *
 * @module
 */
import { type Context, Hono } from "@hono/hono";
import { bodyLimit } from "@hono/hono/body-limit";
import type { App } from "../../src/app.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { DomainError, notFound } from "../../src/kernel/errors.ts";
import type { Log } from "../log.ts";
import { type Assets, serveAsset } from "./assets.ts";
import { fromElsewhere, missing, newsOf, newsResponse, unexpected } from "./errors.tsx";
import { readForm } from "./form.ts";
import { isFromOurPages, PAGE_HEADERS, wantsPage } from "./guards.ts";
import { chooseClient } from "./pages/choose_client.tsx";
import { PAGES } from "./pages/mod.ts";
import { signInRoutes } from "./pages/sign_in.tsx";
import { type SessionCookie, sessionCookie } from "./session_cookie.ts";
import { CLIENT_START, START } from "./ui/navigation.ts";
import { type PageRoute, Visit } from "./visit.tsx";

/** What the console is made of. */
export interface ConsoleDeps {
  app: App;
  assets: Assets;
  /** Where browsers reach this server. */
  publicUrl: URL;
  clock: Clock;
  log: Log;
  /** The whole server's, for looking at its MCP endpoint as a client would. */
  fetch: (request: Request) => Promise<Response>;
  /** Aborted when the server is about to stop: pages that wait for something are sent at once. */
  stopping: AbortSignal;
}

/** What the server knows of a request, and learns of it for its log. */
export interface About {
  requestId: string;
  /** Network address it came from, as limits count it; null when that cannot be known. */
  address: string | null;
  facts: { route?: string; userUuid?: string | null; clientUuid?: string | null };
}

/** Answers requests for pages; null for what is none of the console's. */
export type Console = (request: Request, about: About) => Promise<Response | null>;

/** What handlers find on Hono's context. */
export interface Env {
  Bindings: About & { passed: boolean };
}

/** What the routes before signing in share with the rest. */
export interface Parts extends ConsoleDeps {
  cookie: SessionCookie;
}

const FORM_BYTES = 64 * 1024;
/** A 404 to machines that look for something else here stays what it was. */
const NOT_PAGES = /^\/(\.well-known|register|mcp|hooks|recordings)(\/|$)/;

/** Builds the console. */
export function createConsole(deps: ConsoleDeps): Console {
  const { assets, publicUrl, clock, log } = deps;
  const parts: Parts = { ...deps, cookie: sessionCookie(publicUrl) };
  const hono = new Hono<Env>();

  hono.use(async (c, next) => {
    const reads = c.req.method === "GET" || c.req.method === "HEAD";
    if (!reads && !isFromOurPages(c.req.raw, publicUrl)) c.res = await fromElsewhere(assets);
    else await next();
    for (const [name, value] of Object.entries(PAGE_HEADERS)) c.res.headers.set(name, value);
  });
  hono.get("/assets/*", async (c) => serveAsset(assets, c.req.raw) ?? await missing(assets));
  hono.get("/", (c) => c.redirect(START, 303));
  hono.get("/profile", (c) => c.redirect("/profile/security", 303));
  hono.get("/clients/:clientUuid", (c) => {
    return c.redirect(CLIENT_START === null ? START : c.req.path + CLIENT_START, 303);
  });
  hono.route("/", signInRoutes(parts));
  for (const page of PAGES) {
    for (const prefix of page.ofClient ? ["", "/clients/:clientUuid"] : [""]) {
      mount(hono, prefix, page, parts);
    }
  }
  hono.notFound(async (c) => {
    c.env.passed = true;
    return await missing(assets);
  });
  hono.onError(async (error, c) => {
    if (error instanceof DomainError && error.code === "unauthenticated") {
      const to = c.req.method === "GET" ? c.req.path + new URL(c.req.url).search : "/";
      return c.redirect(`/sign-in?to=${encodeURIComponent(to)}`, 303);
    }
    const news = newsOf(error, c.req.raw, clock.now());
    const { requestId } = c.env;
    if (news === null) log("error", "page failed", { requestId, error });
    if (news?.status === 503) log("warn", "page unavailable", { requestId, error });
    return await (news ? newsResponse(assets, news) : unexpected(assets, requestId));
  });

  return async (request, about) => {
    const { pathname } = new URL(request.url);
    if (NOT_PAGES.test(pathname)) return null;
    const env = { ...about, passed: false };
    const response = await hono.fetch(request, env);
    return env.passed && !wantsPage(request) ? null : response;
  };
}

/** Adds a page's routes under a prefix. */
function mount(hono: Hono<Env>, prefix: string, page: PageRoute, parts: Parts): void {
  const path = prefix + page.path;
  const { get, post, maxBytes = FORM_BYTES } = page;
  const unchosen = (visit: Visit) => page.ofClient && visit.isMaster && visit.client === null;
  if (get) {
    hono.get(path, async (c) => {
      const visit = await visitOf(c, path, page, parts);
      return await (unchosen(visit) ? chooseClient(visit) : get(visit));
    });
  }
  if (!post) return;
  const onError = async () =>
    await newsResponse(parts.assets, {
      status: 413,
      title: "This is too large",
      text: `What you sent may have at most ${sizeText(maxBytes)}. Go back, and send less.`,
    });
  hono.post(path, bodyLimit({ maxSize: maxBytes, onError }), async (c) => {
    const visit = await visitOf(c, path, page, parts);
    if (unchosen(visit)) throw notFound("Client");
    return await post(visit, await readForm(c.req.raw));
  });
}

/** Bytes as people read them. */
function sizeText(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.floor(bytes / 1000)} kB`
    : `${Math.floor(bytes / 1_000_000)} MB`;
}

/** Who looks at the page, and at whose data. */
async function visitOf(
  c: Context<Env>,
  path: string,
  page: PageRoute,
  { app, assets, publicUrl, clock, cookie, fetch, stopping }: Parts,
): Promise<Visit> {
  const { facts } = c.env;
  facts.route = path;
  const signedIn = await app.access.authenticateSession(cookie.read(c) ?? "");
  const { principal } = signedIn;
  facts.userUuid = principal.userId;
  facts.clientUuid = principal.clientId;
  const isMaster = principal.clientId === null;
  const { clientUuid, ...params } = c.req.param() as Record<string, string>;
  if (!isMaster && (clientUuid !== undefined || page.masterOnly)) throw notFound("Client");
  const [looked, clients] = await Promise.all([
    clientUuid === undefined ? null : app.access.lookAtClient(principal, clientUuid),
    isMaster ? app.access.clientNames(principal) : [],
  ]);
  const own = { id: principal.clientId ?? "", name: signedIn.clientName ?? "" };
  const client = isMaster ? looked?.view.client ?? null : own;
  const url = new URL(c.req.url);
  const now = clock.now();
  const signal = AbortSignal.any([c.req.raw.signal, stopping]);
  const about = { app, assets, publicUrl, now, signedIn, client, clients, url, params };
  return new Visit({ ...about, fetch, signal }, looked?.principal ?? principal);
}
