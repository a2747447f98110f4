/** The page's story by the keyboard alone, on the whole server over a real database. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { compose } from "../../adapters/compose.ts";
import { operator } from "../../src/access/principal.ts";
import { setUpCompany } from "../support/acme.ts";
import { openBrowser } from "../support/browser.ts";
import { embeddedDatabases } from "../support/databases.ts";
import { callStatus } from "../support/mcp_status.ts";
import { whenThere } from "../support/skip.ts";
import { PASSWORD } from "./harness.ts";

/** What has the focus, and whether that can be seen. */
const FOCUS = `(() => {
  const focused = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  const name = focused.labels?.[0]?.textContent ?? focused.getAttribute("aria-label") ??
    focused.textContent;
  return {
    named: focused === document.body ? "" : name.trim(),
    seen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
  };
})()`;

/** Presses Tab until what has the focus is named so; every step on the way must be seen. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let steps = 0; steps < 80; steps++) {
    await page.keyboard.press("Tab");
    const { named, seen } = await page.evaluate<{ named: string; seen: boolean }>(FOCUS);
    assert(seen || named === "", `the focus on “${named}” cannot be seen`);
    if (typeof name === "string" ? named === name : name.test(named)) return;
  }
  throw new Error(`Tab does not lead to ${name}`);
}

whenThere("chromium", "the whole server in a real browser", () => {
  Deno.test({
    name:
      "by Tab and Enter alone somebody signs in, makes a token, copies it, and revokes it at once",
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const databases = await embeddedDatabases();
      const { target, close } = await databases.fresh();
      const ready = Promise.withResolvers<(request: Request) => Promise<Response>>();
      const server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        async (request) => (await ready.promise)(request),
      );
      const origin = `http://127.0.0.1:${server.addr.port}`;
      const studio = await compose({
        database: target,
        readDatabase: null,
        publicUrl: new URL(origin),
        telephony: { kind: "simulated", speed: 1000 },
        signingKey: null,
        limits: { requestsPerMinute: null, databaseConnections: 1 },
        log: () => {},
      });
      ready.resolve((request) => studio.http.fetch(request));
      const { access } = studio.app;
      await setUpCompany(studio.app, "Acme", 555, 1);
      const [{ email }] = (await access.listUsers(operator("test"))).users;
      const { secret } = await access.inviteUser(operator("test"), email);
      await access.acceptInvitation(secret, PASSWORD);
      const browser = await openBrowser();
      try {
        const context = await browser.person();
        await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
        const page = await context.newPage();
        const { keyboard } = page;
        await page.goto(`${origin}/profile/security`);
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        await page.evaluate("document.activeElement.blur()");
        await tabTo(page, "E-mail address");
        await keyboard.type(email);
        await tabTo(page, "Password");
        await keyboard.type(PASSWORD);
        await keyboard.press("Enter");
        await page.waitForURL(`${origin}/profile/security`);
        await tabTo(page, "Name");
        await keyboard.type("By keyboard");
        await tabTo(page, "Generate token");
        await keyboard.press("Enter");
        await page.getByText("Your new token").waitFor();
        await tabTo(page, "Copy");
        await keyboard.press("Enter");
        await page.getByText("Copied").waitFor();
        const token: string = await page.evaluate("navigator.clipboard.readText()");
        const there = (request: Request) => fetch(new Request(new URL("/mcp", origin), request));
        assertEquals(await callStatus(there, token), 200);
        for (const name of ["Revoke", "Revoke token"]) {
          await tabTo(page, name);
          await keyboard.press("Enter");
        }
        await page.getByText("The token is revoked").waitFor();
        assertEquals(await callStatus(there, token), 401);
      } finally {
        await browser.close();
        await server.shutdown();
        await studio.close();
        await close();
        await databases.stop();
      }
    },
  });
});
