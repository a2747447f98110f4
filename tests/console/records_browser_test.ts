/** Records, call orders, imports and the audit trail in a real browser. */
import { Buffer } from "node:buffer";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { compose } from "../../adapters/compose.ts";
import { operator } from "../../src/access/principal.ts";
import { setUpCompany } from "../support/acme.ts";
import {
  accessibilityProblems,
  layoutProblems,
  openBrowser,
  type TestBrowser,
  watchLayout,
} from "../support/browser.ts";
import { embeddedDatabases } from "../support/databases.ts";
import { NOON, noteRow } from "../support/rows.ts";
import { whenThere } from "../support/skip.ts";
import { addCall, addOrder, addRecord, talk } from "../support/studio.ts";
import { PASSWORD } from "./harness.ts";
import { inBrowser, signIn } from "./scene.ts";

const ROWS = 250;

/** A file of contacts, of which one line is refused. */
function fileOf(rows: number) {
  const lines = Array.from({ length: rows }, (_, i) => `Ana ${i},+1415556${1000 + i},gold`);
  const text = ["name,phone,plan", ...lines, "Bad,12,"].join("\n");
  return { name: "leads.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
}

whenThere("chromium", "records and imports in a real browser", () => {
  Deno.test("a person imports a file, and watches how far it is, until it is done", async () => {
    await inBrowser(async ({ browser, house, origin }) => {
      const page = await (await browser.person()).newPage();
      await signIn(page, house, origin);
      await page.goto(`${origin}/imports/new`);
      await page.getByLabel("CSV file").setInputFiles(fileOf(ROWS));
      await page.getByRole("button", { name: "Look at it first" }).click();
      await page.getByText("parameter plan").waitFor();
      await page.getByRole("cell", { name: /too short for a phone number/ }).waitFor();
      const [report] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Download as CSV" }).click(),
      ]);
      assertEquals(report.suggestedFilename(), "refused-lines.csv");
      await report.cancel();
      await page.getByRole("button", { name: "Start import" }).click();
      await page.getByText(`0 of ${ROWS} contacts`).waitFor();
      // The worker dies after its first batch of a hundred, and another one goes on later.
      house.store.dieAfter = 130;
      await house.app.imports.run().catch(() => {});
      await page.getByText(`100 of ${ROWS} contacts`).waitFor();
      await house.clock.advance(60_000);
      await house.app.imports.run();
      await page.getByText("The import is done").waitFor();
      await page.getByRole("link", { name: "Look at the records" }).click();
      await page.getByText(`${ROWS} in all`).waitFor();
    });
  });

  Deno.test("without scripts an import goes the same way, and its page looks again by itself", async () => {
    await inBrowser(async ({ browser, house, origin }) => {
      const page = await (await browser.person({ javaScriptEnabled: false, phone: true }))
        .newPage();
      await signIn(page, house, origin);
      await page.goto(`${origin}/imports/new`);
      await page.getByLabel("CSV file").setInputFiles(fileOf(3));
      await page.getByRole("button", { name: "Look at it first" }).click();
      await page.getByRole("button", { name: "Start import" }).click();
      await page.getByText("0 of 3 contacts").waitFor();
      await house.app.imports.run();
      await page.getByText("The import is done").waitFor();
    });
  });

  Deno.test("a person finds somebody, orders a call in their own time, and marks them as not to be called", async () => {
    await inBrowser(async ({ browser, house, origin }) => {
      const { id } = await addRecord(house, { name: "Bo Larsen" });
      await addRecord(house, { name: "Cy Archer" });
      const page = await (await browser.person()).newPage();
      await signIn(page, house, origin);
      await page.getByRole("link", { name: "Records", exact: true }).click();
      await page.getByLabel("Name, e-mail or phone number").fill("larsen");
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByText("1 in all").waitFor();
      await page.getByRole("link", { name: "Bo Larsen" }).click();
      await page.getByLabel("Scheduled time").fill("2026-07-01T09:30");
      await page.getByLabel("Instructions").fill("Be brief");
      await page.getByRole("button", { name: "Order call" }).dblclick();
      await page.getByText("The call order is there").waitFor();
      await page.goBack({ waitUntil: "commit" });
      await page.getByRole("button", { name: "Order call" }).click();
      await page.getByText("is still open. Use that one").waitFor();
      const [{ order }] = (await house.app.callOrders.list(house.admin, {})).items;
      const sent = await page.evaluate(() => new Date("2026-07-01T09:30").toISOString());
      assertEquals([order.recordId, order.scheduledTime?.toISOString()], [id, sent]);
      await page.locator("summary", { hasText: "Change status" }).click();
      await page.getByLabel("New status").selectOption("do_not_call");
      await page.getByRole("button", { name: "Change", exact: true }).click();
      await page.getByText("does not wish to be called again").waitFor();
      await page.getByRole("link", { name: "History" }).click();
      await page.getByText("the trail of one row alone").waitFor();
    });
  });

  Deno.test({
    name: "a person calls somebody on the simulated network, and reads what came of it",
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      onWholeServer(async (browser, origin, email) => {
        const page = await (await browser.person()).newPage();
        await page.goto(`${origin}/sign-in?to=/records/new`);
        await page.getByLabel("E-mail address").fill(email);
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByLabel("Name", { exact: true }).fill("Ivy");
        await page.getByLabel("Phone number").fill("+1 415 555 0001");
        await page.getByRole("button", { name: "Add record" }).click();
        await page.getByRole("button", { name: "Order call" }).click();
        await page.getByRole("link", { name: "Call now" }).click();
        await page.getByText("Held back until it ends").waitFor();
        await page.getByRole("button", { name: /Call \+1/ }).dblclick();
        await page.waitForURL(/\/calls\//);
        await page.getByText(/^The call has ended/).waitFor();
        await page.goto(`${origin}/records`);
        await page.getByRole("link", { name: "Ivy" }).click();
        await page.getByText("Contacted").first().waitFor();
        assertStringIncludes(await page.locator("main").innerText(), "Called once");
        await page.goto(`${origin}/audit?action=initiate-call`);
        assertEquals(await page.getByRole("link", { name: "Initiate call" }).count(), 1);
      }),
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const phone of [false, true]) {
      const where = `${colorScheme}, ${phone ? "phone" : "desktop"}`;
      Deno.test(`pages of records and imports are accessible, do not shift, and fit: ${where}`, async () => {
        await inBrowser(async ({ browser, house, origin }) => {
          const context = await browser.person({ colorScheme, phone });
          await watchLayout(context);
          const page = await context.newPage();
          const record = await addRecord(house, {
            email: "somebody.with.a.long.name@a-department.example.com",
            consent: { at: NOON, source: "Trade fair" },
            parameters: { plan: "gold", tags: ["a", "b"] },
          });
          await house.store.run("all", ({ records }) => records.addNote(noteRow(record)));
          await talk(house, await addCall(house, await addOrder(house, {}, record)), 65);
          const order = await addOrder(house, { instructions: "Be brief" }, record);
          const unwanted = await addRecord(house, { doNotCallAt: NOON });
          const long = await addRecord(house, {
            name: "n".repeat(200),
            consent: { at: NOON, source: "s".repeat(300) },
            parameters: { ["k".repeat(64)]: "v".repeat(300) },
          });
          const ofLong = await addOrder(house, { instructions: "i".repeat(300) }, long);
          const look = async (path: string) => {
            if (path !== "") await page.goto(origin + path);
            assertEquals(await accessibilityProblems(page), [], path);
            assertEquals(await layoutProblems(page), [], path);
          };
          await signIn(page, house, origin);
          for (const path of ["/records", "/records?search=nobody", "/records/new"]) {
            await look(path);
          }
          await look(`/records/${record.id}`);
          await page.locator("summary", { hasText: "Change status" }).first().click();
          await look("");
          for (const { id } of [unwanted, long]) await look(`/records/${id}`);
          await look(`/records/${long.id}/orders/${ofLong.id}/call`);
          await look(`/records/${record.id}/edit`);
          await look(`/records/${record.id}/orders/${order.id}/call`);
          for (const path of ["/orders", "/audit", "/imports"]) await look(path);
          await look("/imports/new");
          await page.getByLabel("CSV file").setInputFiles(fileOf(20));
          await page.getByRole("button", { name: "Look at it first" }).click();
          await page.getByText("parameter plan").waitFor();
          await look("");
          await page.getByRole("button", { name: "Start import" }).click();
          await page.getByText("0 of 20 contacts").waitFor();
          await look("");
          await house.app.imports.run();
          await page.getByText("The import is done").waitFor();
          await look("");
          const file = `name,phone,${"k".repeat(64)}\nAna,+14155559999,${"v".repeat(300)}`;
          const buffer = Buffer.from(file);
          const name = `${"f".repeat(150)}.csv`;
          await page.goto(`${origin}/imports/new`);
          await page.getByLabel("CSV file").setInputFiles({ name, mimeType: "text/csv", buffer });
          await page.getByRole("button", { name: "Look at it first" }).click();
          await page.getByText("Ready to start").waitFor();
          await look("");
          await look("/imports");
        });
      });
    }
  }
});

/** The whole server with its workers, on an embedded database. */
async function onWholeServer(
  work: (browser: TestBrowser, origin: string, email: string) => Promise<void>,
): Promise<void> {
  const databases = await embeddedDatabases();
  const { target, close } = await databases.fresh();
  const ready = Promise.withResolvers<(request: Request) => Promise<Response>>();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => await (await ready.promise)(request),
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const studio = await compose({
    database: target,
    readDatabase: null,
    publicUrl: new URL(origin),
    telephony: { kind: "simulated", speed: 200 },
    signingKey: null,
    limits: { requestsPerMinute: null, databaseConnections: 1 },
    log: () => {},
  });
  ready.resolve(studio.http.fetch);
  await setUpCompany(studio.app, "Acme", 555, 0);
  const who = operator("test");
  const [{ email }] = (await studio.app.access.listUsers(who)).users;
  const { secret } = await studio.app.access.inviteUser(who, email);
  await studio.app.access.acceptInvitation(secret, PASSWORD);
  const stop = new AbortController();
  const working = studio.work(stop.signal);
  const browser = await openBrowser();
  try {
    await work(browser, origin, email);
  } finally {
    await browser.close();
    stop.abort();
    await working;
    await server.shutdown();
    await studio.close();
    await close();
    await databases.stop();
  }
}
