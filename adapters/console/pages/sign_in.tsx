/**
 * Signing in and out, and accepting an invitation: what is open to everybody.
 *
 * @module
 */
import { Hono } from "@hono/hono";
import { bodyLimit } from "@hono/hono/body-limit";
import { MAX_PASSWORD, MIN_PASSWORD } from "../../../src/access/password.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import type { Assets } from "../assets.ts";
import type { Env, Parts } from "../create_console.tsx";
import { deviceOf } from "../device.ts";
import { newsOf } from "../errors.tsx";
import { readForm } from "../form.ts";
import { ownPath } from "../guards.ts";
import { documentResponse } from "../ui/document.tsx";
import { SubmitButton, TextField } from "../ui/form.tsx";
import { Card } from "../ui/layout.tsx";
import { Notice } from "../ui/parts.tsx";

const FORM_BYTES = 16 * 1024;

/** What the sign-in page says, beside the form. */
interface SignInState {
  to: string;
  email?: string;
  problem?: string;
  news?: string;
}

/** Routes before signing in. */
export function signInRoutes({ app, assets, clock, cookie }: Parts): Hono<Env> {
  const routes = new Hono<Env>();
  const small = bodyLimit({ maxSize: FORM_BYTES });

  routes.get("/sign-in", async (c) => {
    c.env.facts.route = "/sign-in";
    const to = ownPath(c.req.query("to"));
    const news = c.req.query("done") === "password"
      ? "Your password is set. Sign in with it."
      : undefined;
    return await signInPage(assets, { to, news });
  });

  routes.post("/sign-in", small, async (c) => {
    c.env.facts.route = "/sign-in";
    const form = await readForm(c.req.raw);
    const to = ownPath(form.text("to"));
    const email = form.text("email");
    const { address } = c.env;
    try {
      const secret = await app.access.signIn({
        email,
        password: form.text("password"),
        address,
        device: deviceOf(c.req.header("user-agent") ?? null),
      });
      cookie.set(c, secret);
      return c.redirect(to, 303);
    } catch (error) {
      const refused = error instanceof DomainError && error.code === "unauthenticated";
      const news = newsOf(error, c.req.raw, clock.now());
      if (!refused && news?.status !== 429) throw error;
      const state = { to, email, problem: (error as DomainError).message };
      return refused
        ? await signInPage(assets, state, 401)
        : await signInPage(assets, state, 429, news?.headers);
    }
  });

  routes.post("/sign-out", async (c) => {
    c.env.facts.route = "/sign-out";
    const secret = cookie.read(c);
    cookie.remove(c);
    const signedIn = secret === null
      ? null
      : await app.access.authenticateSession(secret).catch(ignoreEnded);
    if (signedIn) await app.access.endSession(signedIn, signedIn.sessionId);
    return c.redirect("/sign-in", 303);
  });

  routes.get("/invitation/:secret", async (c) => {
    c.env.facts.route = "/invitation/:secret";
    const { name, email } = await app.access.openInvitation(c.req.param("secret"));
    return await invitationPage(assets, { name, email });
  });

  routes.post("/invitation/:secret", small, async (c) => {
    c.env.facts.route = "/invitation/:secret";
    const secret = c.req.param("secret");
    const form = await readForm(c.req.raw);
    const password = form.text("password");
    const user = await app.access.openInvitation(secret);
    try {
      if (password !== form.text("again")) {
        throw new DomainError("invalid", "The two passwords differ.");
      }
      await app.access.acceptInvitation(secret, password);
    } catch (error) {
      if (!(error instanceof DomainError && error.code === "invalid")) throw error;
      return await invitationPage(assets, { ...user, problem: sentence(error) });
    }
    return c.redirect("/sign-in?done=password", 303);
  });

  return routes;
}

function ignoreEnded(error: unknown): null {
  if (error instanceof DomainError && error.code !== "unavailable") return null;
  throw error;
}

/** `password: must have …` as a sentence under the field. */
export function sentence(error: DomainError): string {
  const text = error.message.replace(/^\w+: /, "");
  return error.details.field ? `This ${text}.` : text;
}

function signInPage(
  assets: Assets,
  { to, email, problem, news }: SignInState,
  status = 200,
  headers: Record<string, string> = {},
): Promise<Response> {
  return documentResponse(
    assets,
    { title: "Sign in", status, headers },
    <Card title="Sign in">
      {problem && <Notice tone="bad">{problem}</Notice>}
      {news && <Notice tone="good">{news}</Notice>}
      <form class="form" method="post" action="/sign-in">
        <input type="hidden" name="to" value={to} />
        <TextField
          label="E-mail address"
          name="email"
          type="email"
          value={email}
          autocomplete="username"
          maxlength={254}
          required
        />
        <TextField
          label="Password"
          name="password"
          type="password"
          autocomplete="current-password"
          maxlength={MAX_PASSWORD}
          required
        />
        <SubmitButton>Sign in</SubmitButton>
      </form>
      <p class="hint">
        No account yet, or password forgotten? Ask your administrator for an invitation.
      </p>
    </Card>,
  );
}

function invitationPage(
  assets: Assets,
  { name, email, problem }: { name: string; email: string; problem?: string },
): Promise<Response> {
  return documentResponse(
    assets,
    { title: "Choose a password", status: problem ? 422 : 200 },
    <Card title={`Welcome, ${name}`}>
      <p>
        Choose a password for <strong>{email}</strong>.
      </p>
      <form class="form" method="post">
        <input type="text" name="username" value={email} autocomplete="username" hidden readonly />
        <TextField
          label="New password"
          name="password"
          type="password"
          hint={`At least ${MIN_PASSWORD} characters. Four words that do not rhyme are a good one.`}
          error={problem}
          autocomplete="new-password"
          minlength={MIN_PASSWORD}
          maxlength={MAX_PASSWORD}
          required
        />
        <TextField
          label="The same again"
          name="again"
          type="password"
          autocomplete="new-password"
          required
        />
        <SubmitButton>Set password</SubmitButton>
      </form>
    </Card>,
  );
}
