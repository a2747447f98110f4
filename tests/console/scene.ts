/** The console served on a socket, with a real browser beside it. */
import type { Page } from "playwright-core";
import { openBrowser, type TestBrowser } from "../support/browser.ts";
import { type ConsoleUnderTest, openConsole, PASSWORD } from "./harness.ts";

/** What a test in a browser works with. */
export interface Scene {
  browser: TestBrowser;
  house: ConsoleUnderTest;
  origin: string;
}

/** Serves the console on a socket, with a browser beside it. */
export async function inBrowser(work: (scene: Scene) => Promise<void>): Promise<void> {
  const ready = Promise.withResolvers<ConsoleUnderTest>();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => (await ready.promise).fetch(request),
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const house = await openConsole(new URL(origin));
  ready.resolve(house);
  const browser = await openBrowser();
  try {
    await work({ browser, house, origin });
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

/** Anna signs in, and goes to her security page. */
export async function signIn(
  page: Page,
  { anna }: ConsoleUnderTest,
  origin: string,
): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel("E-mail address").fill(anna.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  await page.goto(`${origin}/profile/security`);
}
