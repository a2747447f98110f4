/** The operator's pages in a real browser: a client from its first day, and how its pages look. */
import { assertEquals } from "@std/assert";
import { accessibilityProblems, layoutProblems, watchLayout } from "../support/browser.ts";
import { whenThere } from "../support/skip.ts";
import { PASSWORD } from "./harness.ts";
import { inBrowser } from "./scene.ts";

whenThere("chromium", "the operator's pages in a real browser", () => {
  Deno.test("the operator adds a client, pays in, adds somebody, and that person signs in", async () => {
    await inBrowser(async ({ browser, house, origin }) => {
      const page = await (await browser.person()).newPage();
      await page.goto(`${origin}/sign-in?to=/operator/clients`);
      await page.getByLabel("E-mail address").fill(house.olga.email);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("link", { name: "New client" }).click();
      await page.getByLabel("Name").fill("Nova Ltd");
      await page.getByLabel("Country").fill("GB");
      await page.getByLabel("Currency").fill("GBP");
      await page.getByLabel("Price per minute").fill("0.09");
      await page.getByRole("button", { name: "Add client" }).click();
      await page.getByText("The client is added").waitFor();
      await page.getByLabel("Pay in (GBP)").fill("250");
      await page.getByLabel("Reference").fill("Invoice 1");
      // In a hurry.
      await page.getByRole("button", { name: "Pay in" }).dblclick();
      await page.getByText("£250.00").first().waitFor();
      assertEquals(await page.getByRole("row", { name: /Paid in/ }).count(), 1);
      await page.locator("summary", { hasText: "Add a person" }).click();
      await page.getByLabel("Name").first().fill("Bea");
      await page.getByLabel("E-mail address").fill("bea@nova.example");
      await page.getByRole("button", { name: "Add person" }).click();
      await page.getByRole("button", { name: "Invite" }).click();
      const link = await page.getByLabel("Invitation link").innerText();

      const guest = await (await browser.person()).newPage();
      await guest.goto(link);
      await guest.getByLabel("New password").fill("five words nobody has said");
      await guest.getByLabel("The same again").fill("five words nobody has said");
      await guest.getByRole("button", { name: "Set password" }).click();
      await guest.getByLabel("E-mail address").fill("bea@nova.example");
      await guest.getByLabel("Password").fill("five words nobody has said");
      await guest.getByRole("button", { name: "Sign in" }).click();
      await guest.getByText("Nova Ltd").first().waitFor();
    });
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const phone of [false, true]) {
      const where = `${colorScheme}, ${phone ? "phone" : "desktop"}`;
      Deno.test(`the operator's pages are accessible, do not shift, and fit: ${where}`, async () => {
        await inBrowser(async ({ browser, house, origin }) => {
          const context = await browser.person({ colorScheme, phone });
          await watchLayout(context);
          const page = await context.newPage();
          const look = async (path: string) => {
            if (path !== "") await page.goto(origin + path);
            assertEquals(await accessibilityProblems(page), [], path);
            assertEquals(await layoutProblems(page), [], path);
          };
          await page.goto(`${origin}/sign-in?to=/operator/clients`);
          await page.getByLabel("E-mail address").fill(house.olga.email);
          await page.getByLabel("Password").fill(PASSWORD);
          await page.getByRole("button", { name: "Sign in" }).click();
          await page.getByRole("heading", { name: "Clients", exact: true }).waitFor();
          const { id } = house.company.client;
          for (
            const path of [
              "/operator/clients",
              "/operator/clients/new",
              `/operator/clients/${id}`,
              "/operator/audit",
              "/campaigns",
              `/clients/${id}/campaigns`,
            ]
          ) await look(path);
          await page.goto(`${origin}/operator/clients/${id}`);
          for (const more of ["Add a person", "Add a role"]) {
            await page.locator("summary", { hasText: more }).click();
          }
          await page.locator("summary", { hasText: "Change" }).first().click();
          await look("");
          await page.getByRole("button", { name: "Invite" }).first().click();
          await page.getByLabel("Invitation link").waitFor();
          await look("");
        });
      });
    }
  }
});
