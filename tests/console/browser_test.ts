/** The page's story in a real browser, and what tools for accessibility say of every page. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { addCall, addRecord } from "../support/studio.ts";
import { accessibilityProblems, layoutProblems, watchLayout } from "../support/browser.ts";
import { whenThere } from "../support/skip.ts";
import { OPERATOR } from "./harness.ts";
import { inBrowser, signIn } from "./scene.ts";
import { wholeCall } from "./told_calls.ts";

const PASSWORD = "four words of my own";

whenThere("chromium", "the console in a real browser", () => {
  Deno.test("a person makes a token by the console, an assistant works with it, and is refused once it is revoked", async () => {
    await inBrowser(async ({ browser, house, origin }) => {
      await addRecord(house, { name: "Bo Larsen" });
      const { secret } = await house.app.access.inviteUser(OPERATOR, house.anna.email);
      const page = await (await browser.person()).newPage();
      await page.goto(`${origin}/invitation/${secret}`);
      await page.getByLabel("New password").fill(PASSWORD);
      await page.getByLabel("The same again").fill(PASSWORD);
      await page.getByRole("button", { name: "Set password" }).click();
      await page.getByLabel("E-mail address").fill(house.anna.email);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("link", { name: "Security" }).click();
      await page.getByLabel("Name").fill("My assistant");
      await page.getByRole("button", { name: "Generate token" }).click();
      const token = await page.getByLabel("Token", { exact: true }).innerText();

      const assistant = new Client({ name: "test", version: "1" });
      const transport = new StreamableHTTPClientTransport(new URL("/mcp", origin), {
        requestInit: { headers: { Authorization: `Bearer ${token}` } },
      });
      await assistant.connect(transport);
      const listed = await assistant.callTool({ name: "list-records", arguments: {} });
      assertStringIncludes(JSON.stringify(listed), "Bo Larsen");

      await page.goto(`${origin}/profile/security`);
      const row = page.getByRole("row", { name: /My assistant/ });
      assertEquals(await row.locator("time").count(), 3);
      await row.getByText("Revoke", { exact: true }).click();
      await row.getByRole("button", { name: "Revoke token" }).click();
      await page.getByText("The token is revoked").waitFor();
      await assertRejects(() => assistant.callTool({ name: "list-records", arguments: {} }));
      await assistant.close();
      const response = await fetch(`${origin}/mcp`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
      });
      await response.body?.cancel();
      assertEquals(response.status, 401);
    });
  });

  Deno.test("without scripts everything can be done but copying", async () => {
    await inBrowser(async ({ browser, house, origin }) => {
      const page = await (await browser.person({ javaScriptEnabled: false, phone: true }))
        .newPage();
      await signIn(page, house, origin);
      await page.getByLabel("Name").fill("My assistant");
      await page.getByRole("button", { name: "Generate token" }).click();
      await page.getByText("Your new token").waitFor();
      await page.locator("summary", { hasText: "Revoke" }).click();
      await page.getByRole("button", { name: "Revoke token" }).click();
      await page.getByText("The token is revoked").waitFor();
      await page.locator("summary", { hasText: "Menu" }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
    });
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const phone of [false, true]) {
      const where = `${colorScheme}, ${phone ? "phone" : "desktop"}`;
      Deno.test(`pages are accessible, do not shift, and fit: ${where}`, async () => {
        await inBrowser(async ({ browser, house, origin }) => {
          const context = await browser.person({ colorScheme, phone });
          await watchLayout(context);
          const page = await context.newPage();
          const { secret } = await house.app.access.inviteUser(OPERATOR, house.anna.email);
          const told = await wholeCall(house);
          const live = await addCall(house);
          const campaign = `/campaigns/${house.company.campaign.id}`;
          const look = async (path: string) => {
            if (path !== "") await page.goto(origin + path);
            assertEquals(await accessibilityProblems(page), [], path);
            assertEquals(await layoutProblems(page), [], path);
          };
          await look("/sign-in");
          await look(`/invitation/${secret}`);
          await look("/no/such/page");
          await signIn(page, house, origin);
          await look("/profile/security");
          await page.getByLabel("Name").fill("My assistant");
          await page.getByRole("button", { name: "Generate token" }).click();
          await page.getByText("Your new token").waitFor();
          await look("");
          await page.getByRole("button", { name: "Check it" }).click();
          await page.getByText("It works").waitFor();
          await look("");
          await look("/connect");
          await look("/campaigns");
          await look("/campaigns?days=90");
          await look(campaign);
          await page.locator("summary", { hasText: "The same as a table" }).click();
          await look("");
          await look("/calls");
          await look(`${campaign}/calls?reason=voicemail`);
          await look(`/calls/${told.id}`);
          await look(`/calls/${live.id}`);
        });
      });
    }
  }
});
