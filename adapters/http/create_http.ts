/**
 * The web server's routes, without a socket: `fetch` takes a request and answers it. It does no TLS,
 * and no deadline on the request's header: both belong to the proxy in front.
 *
 * @module
 */
import { type Context, Hono } from "@hono/hono";
import { DomainError } from "../../src/kernel/errors.ts";
import { addressOf, type Connection } from "./address.ts";
import { HOW } from "./bearer.ts";
import { type Readiness, readiness } from "./health.ts";
import { InFlight } from "./in_flight.ts";
import { BODY_LIMITS, type BodyLimits, readBody } from "./json_body.ts";
import { withDeadline } from "./late_body.ts";
import type { Log } from "../log.ts";
import {
  type Aside,
  type McpEndpoint,
  type McpFacts,
  type McpRouteDeps,
  serveMcp,
} from "./mcp_route.ts";
import { originsOf } from "./origin.ts";
import { HttpProblem, problemResponse, problemText, RPC } from "./problem.ts";
import { Doorkeeper, type RequestLimits } from "./request_limits.ts";
import type { SignedRecordingLinks } from "./recording_links.ts";
import { type OpenRecording, serveRecording } from "./recordings.ts";

/** What the server is made of. */
export interface HttpDeps {
  /** Where clients reach this server: names the allowed Host and Origin. */
  publicUrl: URL;
  authenticate: McpRouteDeps["authenticate"];
  mcp: McpEndpoint;
  ready: () => Promise<Readiness>;
  recordings: { links: SignedRecordingLinks; open: OpenRecording };
  clock: McpRouteDeps["clock"];
  log: Log;
  /** Null, as when absent, for any number of requests. */
  limits?: RequestLimits | null;
  /** Proxies of our own in front, whose word on where a request came from counts (none). */
  trustedProxies?: number;
  /** Routes that others call, such as telephony providers; each authenticates by itself. */
  hooks?: readonly HookRoute[];
  /** Answers for people at browsers what nothing else here does; null when it has no such page. */
  pages?: Pages;
  bodyLimits?: BodyLimits;
  /** Whether answering a message may take its time, without much work. */
  mayWait?: (message: unknown) => boolean;
  /** Requests that one process works on, probes and waits aside; null or absent for any number. */
  requestsInFlight?: number | null;
}

/** A route by Hono's rules, that takes the request as it came. */
export interface HookRoute {
  path: string;
  method: "GET" | "POST";
  handle(request: Request): Promise<Response>;
}

/** The console, as the server sees it. */
export type Pages = (
  request: Request,
  about: { requestId: string; address: string | null; facts: McpFacts & { route?: string } },
) => Promise<Response | null>;

/** A server that answers requests until it is told to stop. */
export interface Http {
  /** Further routes (console, webhooks) are added to it before the first request. */
  app: Hono<Env>;
  /** `connection` is what the platform knows of the other end. */
  fetch: (request: Request, connection?: Connection) => Promise<Response>;
  /** From now on `/readyz` says no, so that no new requests are sent here. */
  stopAcceptingTraffic: () => void;
}

/** What a handler finds on its context. */
export interface Env {
  Bindings: Partial<Connection>;
  Variables: {
    requestId: string;
    facts: McpFacts;
    /** Where the request came from, as limits count it; null when that cannot be known. */
    address: string | null;
    /** Gives the place of a request that merely waits to others. */
    leave: () => void;
    /** Gives the place to others while something is waited for that takes no work. */
    aside: Aside;
  };
}

const SECURITY_HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "DENY",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** In which a form, perhaps with a file, must have arrived. */
const FORM_MILLISECONDS = 60_000;

const NO_REGISTRATION =
  "Not found: clients are not registered here. This server takes API tokens " +
  `in the Authorization header. ${HOW}`;

/** Builds the routes. Nothing runs until the first request. */
export function createHttp(deps: HttpDeps): Http {
  const { publicUrl, clock, log } = deps;
  const origins = originsOf(publicUrl);
  const mcpDeps: McpRouteDeps = {
    mcp: deps.mcp,
    authenticate: deps.authenticate,
    origins,
    limits: deps.bodyLimits ?? BODY_LIMITS,
    doorkeeper: deps.limits ? new Doorkeeper(deps.limits) : null,
    clock,
    mayWait: deps.mayWait ?? (() => false),
  };
  const inFlight = new InFlight(deps.requestsInFlight ?? null);
  const secure = publicUrl.protocol === "https:"
    ? { ...SECURITY_HEADERS, "Strict-Transport-Security": "max-age=31536000" }
    : SECURITY_HEADERS;
  let stopping = false;
  let proxyTold = false;
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    const startedAt = clock.now().getTime();
    c.set("requestId", requestIdOf(c.req.raw.headers));
    c.set("facts", {});
    if (!proxyTold && deps.limits && !deps.trustedProxies && c.req.header("x-forwarded-for")) {
      proxyTold = true;
      const problem =
        "LIMIT_TRUSTED_PROXIES is 0, but X-Forwarded-For is sent: behind a proxy all " +
        "requests count as coming from one address";
      log("warn", "proxy not trusted", { problem });
    }
    const { remoteAddr } = c.env;
    const connection = remoteAddr && { remoteAddr };
    c.set("address", addressOf(c.req.raw.headers, connection, deps.trustedProxies ?? 0));
    await next();
    for (const [name, value] of Object.entries(secure)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
    if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
    c.res.headers.set("X-Request-Id", c.get("requestId"));
    log("info", "request", {
      requestId: c.get("requestId"),
      method: c.req.method,
      route: routeOf(c.req.path),
      status: c.res.status,
      milliseconds: clock.now().getTime() - startedAt,
      ...c.get("facts"),
    });
  });

  app.get("/healthz", () => Response.json({ ok: true }));
  app.get("/readyz", () => readiness(deps.ready, stopping));

  // Probes come to the machine's own address; everything below must come to the public one.
  app.use(async (c, next) => {
    const origin = origins.check(c.req.raw);
    await next();
    if (origin === null) return;
    for (const [name, value] of Object.entries(origins.corsHeaders(origin))) {
      c.res.headers.set(name, value);
    }
  });
  app.use(async (c, next) => {
    let leave = inFlight.enter();
    c.set("leave", () => leave());
    c.set("aside", async (wait) => {
      leave();
      const waitedFor = await wait();
      leave = inFlight.enter();
      return waitedFor;
    });
    try {
      await next();
    } finally {
      leave();
    }
  });
  // Browsers get the console; for whoever else opens the address.
  app.get("/", async (c, next) => {
    const browser = c.req.header("accept")?.includes("text/html") && deps.pages;
    return browser ? await next() : c.text(welcome(new URL("/mcp", publicUrl)));
  });
  app.all("/mcp", (c) => serveMcp(c.req.raw, mcpDeps, c.var));
  app.all("/recordings/:callUuid", (c) => {
    return serveRecording(c.req.raw, deps.recordings.links, deps.recordings.open);
  });

  for (const { path, method, handle } of deps.hooks ?? []) {
    app.on(method, path, async (c) => {
      // Before anybody is known: however slowly bodies come, others are served meanwhile.
      const body = await c.var.aside(() => readBody(c.req.raw, mcpDeps.limits, clock));
      return await handle(method === "GET" ? c.req.raw : new Request(c.req.raw, { body }));
    });
  }

  app.use(async (c, next) => {
    const about = {
      requestId: c.get("requestId"),
      address: c.get("address"),
      facts: c.get("facts"),
    };
    if (c.req.raw.body === null) return await deps.pages?.(c.req.raw, about) ?? await next();
    // Forms may be large and come slowly, and each page bounds its own: they take no place, but not for ever.
    c.var.leave();
    const form = withDeadline(c.req.raw, FORM_MILLISECONDS, clock);
    return await deps.pages?.(form, about) ?? await next();
  });
  // Also what stands in for OAuth discovery (/.well-known/*) and registration: a 404 tells clients
  // that the configured token is all there is.
  app.notFound((c) => {
    const problem = c.req.path === "/register" ? NO_REGISTRATION : "Not found.";
    return problemResponse(new HttpProblem(404, problem), c.req.path);
  });
  app.onError((error, c) => {
    const problem = problemOf(error, c, log);
    const person = c.req.path !== "/mcp" && c.req.header("accept")?.includes("text/html");
    return person ? problemText(problem, publicUrl) : problemResponse(problem, c.req.path);
  });

  return {
    app,
    fetch: async (request, connection) => {
      return await app.fetch(request, { remoteAddr: connection?.remoteAddr });
    },
    stopAcceptingTraffic: () => {
      stopping = true;
    },
  };
}

function welcome(endpoint: URL): string {
  return `Call Camp Studio: phone campaigns for AI assistants, over the Model Context Protocol.

  Endpoint       ${endpoint.href}   (streamable HTTP)
  Authorization  Bearer YOUR_API_TOKEN

Connect Claude Code:

  claude mcp add --transport http call-camp-studio ${endpoint.href} --header "Authorization: Bearer YOUR_API_TOKEN"
`;
}

/** The one place where what a handler threw becomes a status. */
function problemOf(error: Error, c: Context<Env>, log: Log): HttpProblem {
  if (error instanceof HttpProblem) return error;
  const requestId = c.get("requestId");
  if (error instanceof DomainError && error.code === "unavailable") {
    log("warn", "store unavailable", { requestId, error });
    return new HttpProblem(503, "Temporarily unavailable: try again in a few seconds.", {
      "Retry-After": "2",
    });
  }
  log("error", "request failed", { requestId, error });
  const problem = `Internal error: try again, and report request ${requestId} if it persists.`;
  return new HttpProblem(500, problem, {}, RPC.internal);
}

/** The id that a proxy gave, when it looks like one, else a new one. */
function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && /^[\w.-]{1,64}$/.test(given) ? given : crypto.randomUUID();
}

/** The path with what identifies a call or a file taken out. */
function routeOf(path: string): string {
  const known = [
    "/mcp",
    "/healthz",
    "/readyz",
    "/recordings",
    "/hooks",
    "/.well-known",
    "/register",
  ];
  return known.find((route) => path === route || path.startsWith(`${route}/`)) ?? "other";
}
