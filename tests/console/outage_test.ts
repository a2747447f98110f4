/** The console, in a real browser, on a real PostgreSQL server that is stopped and started. */
import { assertEquals } from "@std/assert";
import { compose } from "../../adapters/compose.ts";
import { setUpCompany } from "../support/acme.ts";
import { openBrowser } from "../support/browser.ts";
import { serverDatabases } from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";
import { OPERATOR, PASSWORD } from "./harness.ts";

whenThere("chromium", "an outage in a real browser", () => {
  whenThere("postgres", "an outage in a real browser", () => {
    Deno.test({
      name: "a page says that the database is stopped, and is there by itself once it is back",
      sanitizeOps: false,
      sanitizeResources: false,
    }, async () => {
      const databases = (await serverDatabases())!;
      const { target, close } = await databases.fresh();
      const ready = Promise.withResolvers<Awaited<ReturnType<typeof compose>>>();
      const server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        async (request) => (await ready.promise).http.fetch(request),
      );
      const origin = `http://127.0.0.1:${server.addr.port}`;
      const studio = await compose({
        database: target,
        readDatabase: null,
        publicUrl: new URL(origin),
        telephony: { kind: "simulated", speed: 1000 },
        signingKey: null,
        limits: { requestsPerMinute: null, databaseConnections: 2 },
        log: () => {},
      });
      ready.resolve(studio);
      const { access } = studio.app;
      await setUpCompany(studio.app, "Acme", 555, 2);
      const [{ email }] = (await access.listUsers(OPERATOR)).users;
      await access.acceptInvitation((await access.inviteUser(OPERATOR, email)).secret, PASSWORD);
      const browser = await openBrowser();
      try {
        const page = await (await browser.person()).newPage();
        await page.goto(`${origin}/sign-in?to=/profile/security`);
        await page.getByLabel("E-mail address").fill(email);
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("heading", { name: "Security" }).waitFor();
        await databases.halt();
        const down = await page.reload();
        assertEquals(down?.status(), 503);
        await page.getByRole("heading", { name: "We will be right back" }).waitFor();
        await databases.resume();
        // Nobody touches anything.
        await page.getByRole("heading", { name: "Security" }).waitFor({ timeout: 60_000 });
      } finally {
        await browser.close();
        await server.shutdown();
        await studio.close();
        await close();
        await databases.stop();
      }
    });
  });
});
