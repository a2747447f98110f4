/** The console on a store in memory, and people who visit it with a browser's manners. */
import { assertEquals } from "@std/assert";
import { readAssets } from "../../adapters/console/assets.ts";
import { createConsole } from "../../adapters/console/create_console.tsx";
import { createHttp, type Http } from "../../adapters/http/create_http.ts";
import { recordingLinks } from "../../adapters/http/recording_links.ts";
import type { LogFields } from "../../adapters/log.ts";
import { createMcp } from "../../adapters/mcp/create_mcp.ts";
import { operator } from "../../src/access/principal.ts";
import type { User } from "../../src/access/client.ts";
import { roleRow, userRow } from "../support/rows.ts";
import { openStudio, type Studio } from "../support/studio.ts";

export const ORIGIN = "https://studio.example.com";
export const PASSWORD = "four words that differ";
export const OPERATOR = operator("test");

/** The whole server, and people whom it knows. */
export interface ConsoleUnderTest extends Studio {
  fetch: (request: Request) => Promise<Response>;
  logged: { event: string; fields: LogFields }[];
  /** Tells it that the server is about to stop. */
  stop(): void;
  /** Of the company, with every permission. */
  anna: User;
  /** Of the other company. */
  otto: User;
  /** Of the operator. */
  olga: User;
  /** Of no company. */
  nia: User;
  visitor(): Visitor;
  /** Somebody who has just signed in. */
  signedIn(user: User): Promise<Visitor>;
}

/** Opens it; everybody has {@link PASSWORD}. */
export async function openConsole(publicUrl = new URL(ORIGIN)): Promise<ConsoleUnderTest> {
  const studio = await openStudio();
  const { app, clock, store, company, other } = studio;
  const admins = roleRow(company.client, { name: "Admin", admin: true });
  const operators = roleRow(null, { name: "Operator", admin: true });
  const anna = userRow(admins, { name: "Anna", email: "anna@acme.example" });
  const olga = userRow(operators, { name: "Olga", email: "olga@studio.example", master: true });
  const nia = userRow(operators, { name: "Nia", email: "nia@nowhere.example" });
  await store.run("all", async ({ access, signIn }) => {
    await access.saveRole(admins);
    await access.saveRole(operators);
    for (const user of [anna, olga, nia]) await access.saveUser(user);
    const hash = await studio.ports.passwords.hash(PASSWORD);
    for (const { id } of [anna, olga, nia, other.user]) {
      await signIn.savePassword(id, hash, clock.now());
    }
  });
  const links = recordingLinks({ signingKey: "a key for tests", publicUrl, clock });
  studio.ports.recordingLinks = links;
  const stopping = new AbortController();
  const logged: ConsoleUnderTest["logged"] = [];
  const log = (_: string, event: string, fields: LogFields = {}) =>
    void logged.push({ event, fields });
  const fetch = (request: Request) => http.fetch(request);
  const mcp = createMcp({ app, resources: app, version: "0.0.0", report: () => {}, clock });
  const http: Http = createHttp({
    publicUrl,
    authenticate: app.access.authenticate,
    mcp: mcp.fetch,
    ready: () => Promise.resolve({ ok: true, checks: {} }),
    recordings: { links, open: app.calls.openRecording },
    pages: createConsole({
      app,
      assets: await readAssets(),
      publicUrl,
      clock,
      log,
      fetch,
      stopping: stopping.signal,
    }),
    clock,
    log,
    trustedProxies: 1,
  });
  const visitor = () => new Visitor(fetch, publicUrl.origin);
  return {
    ...studio,
    fetch,
    logged,
    stop: () => stopping.abort(),
    anna,
    otto: other.user,
    olga,
    nia,
    visitor,
    async signedIn({ email }) {
      const person = visitor();
      assertEquals((await person.signIn(email)).status, 303);
      return person;
    },
  };
}

/** What came back, read. */
export interface Seen {
  status: number;
  headers: Headers;
  text: string;
}

/** A browser: keeps cookies, and says where its forms come from. */
export class Visitor {
  readonly cookies = new Map<string, string>();

  constructor(
    private readonly fetch: (request: Request) => Promise<Response>,
    private readonly origin: string,
  ) {}

  get(path: string, headers: Record<string, string> = {}): Promise<Seen> {
    return this.#send(path, { headers: { accept: "text/html", ...headers } });
  }

  /** A header that is null is left out. */
  post(
    path: string,
    fields: Record<string, string> | FormData = {},
    headers: Record<string, string | null> = {},
  ): Promise<Seen> {
    const all = { accept: "text/html", origin: this.origin, ...headers };
    const sent = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== null);
    const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
    return this.#send(path, { method: "POST", headers: Object.fromEntries(sent), body });
  }

  signIn(email: string, password = PASSWORD, more: Record<string, string> = {}): Promise<Seen> {
    return this.post("/sign-in", { email, password, ...more });
  }

  async #send(path: string, init: RequestInit): Promise<Seen> {
    const request = new Request(new URL(path, this.origin), init);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookie) request.headers.set("cookie", cookie);
    const response = await this.fetch(request);
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}
