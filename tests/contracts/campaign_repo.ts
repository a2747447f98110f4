/** What the store owes campaigns and their assistants. */
import { assertEquals, assertRejects } from "@std/assert";
import { CAMPAIGN_STATUSES } from "../../src/campaigns/campaign.ts";
import { assistantRow, campaignRow, minutes, NOON, unique } from "../support/rows.ts";
import { PAGE, walk } from "./paging.ts";
import { contract, newCompany, scopeOf } from "./suite.ts";

/** The contract of `CampaignRepo`. */
export const campaignRepoContract = contract("CampaignRepo", (tell) => {
  tell("gives back a campaign as it was saved last, by uuid and by name", async (uow) => {
    const company = await newCompany(uow);
    const { assistant, client } = company;
    const second = assistantRow(client);
    const campaign = campaignRow(assistant);
    const changed = campaignRow(second, {
      id: campaign.id,
      name: unique("Été 100%"),
      description: "All of\nthe summer",
      status: "paused",
      rules: {
        window: { start: "08:30", end: "24:00", days: [1, 7] },
        countries: ["FR", "AE"],
        requireConsent: true,
        maxConcurrentCalls: 3,
        autoDial: true,
        maxAttempts: 9,
        retryAfterMinutes: 1,
        ringSeconds: 12,
        maxCallSeconds: 7200,
      },
      createdAt: campaign.createdAt,
      updatedAt: new Date("2026-03-29T01:59:59.999Z"),
    });
    await uow.run(scopeOf(company), async ({ campaigns }) => {
      await campaigns.saveAssistant(second);
      await campaigns.save(campaign);
    });
    const find = (name: string) =>
      uow.read(
        scopeOf(company),
        ({ campaigns }) =>
          Promise.all([campaigns.get(campaign.id), campaigns.byName(client.id, name)]),
      );
    const names = { assistantName: assistant.name, clientName: client.name };
    assertEquals(await find(campaign.name.toUpperCase()), [{ campaign, ...names }, campaign]);
    await uow.run(scopeOf(company), ({ campaigns }) => campaigns.save(changed));
    const view = { campaign: changed, ...names, assistantName: second.name };
    assertEquals(await find(changed.name), [view, changed]);
    assertEquals(await find(campaign.name), [view, null]);
  });

  tell("gives back an assistant as it was saved last, by uuid and by name", async (uow) => {
    const company = await newCompany(uow);
    const { client } = company;
    const assistant = assistantRow(client, {
      connection: { kind: "sip", uri: "sip:agent@example.com;transport=tls" },
      outcomes: [],
      operationalPerMinute: 9_007_199_254_740_993n,
      createdAt: new Date("2026-01-02T03:04:05.006Z"),
    });
    const changed = {
      ...assistant,
      name: unique("Renamed"),
      connection: { kind: "websocket" as const, url: "wss://agent.example.com/media?a=1" },
      outcomes: [
        { name: "size", type: "choice" as const, description: "How big", choices: ["S", "M"] },
        { name: "when", type: "date" as const, description: "" },
      ],
      operationalPerMinute: 0n,
      webhook: { platform: "vapi" as const, secret: "a secret's 16 or more" },
    };
    const recorded = {
      platform: "elevenlabs" as const,
      secret: "a secret's 16 or more",
      apiKey: "sk_1",
      recordingHosts: ["api.eu.residency.elevenlabs.io", "audio.example.com"],
    };
    const webhooks = [{ ...changed, webhook: recorded }, changed, { ...changed, webhook: null }];
    for (const row of [assistant, ...webhooks]) {
      await uow.run(scopeOf(company), ({ campaigns }) => campaigns.saveAssistant(row));
      const found = await uow.read(scopeOf(company), ({ campaigns }) =>
        Promise.all([
          campaigns.getAssistant(row.id),
          campaigns.assistantByName(client.id, row.name.toLowerCase()),
        ]));
      assertEquals(found, [row, row]);
    }
  });

  tell("lists assistants by name", async (uow) => {
    const company = await newCompany(uow);
    const { client, assistant } = company;
    const names = ["zoe", "Ada", "bob"];
    const rows = names.map((name) => assistantRow(client, { name }));
    await uow.run(scopeOf(company), async ({ campaigns }) => {
      for (const row of rows) await campaigns.saveAssistant(row);
    });
    const listed = await uow.read(scopeOf(company), ({ campaigns }) => campaigns.listAssistants());
    assertEquals(listed, [rows[1], rows[2], assistant, rows[0]]);
  });

  tell("refuses two of one name in a client, and lets two clients share it", async (uow) => {
    const [company, other] = [await newCompany(uow), await newCompany(uow)];
    const { campaign, assistant } = company;
    const [name, assistants] = [campaign.name.toUpperCase(), assistant.name.toUpperCase()];
    await assertRejects(() =>
      uow.run(scopeOf(company), ({ campaigns }) => campaigns.save(campaignRow(assistant, { name })))
    );
    await assertRejects(() =>
      uow.run(
        scopeOf(company),
        ({ campaigns }) =>
          campaigns.saveAssistant(assistantRow(company.client, { name: assistants })),
      )
    );
    await uow.run(scopeOf(other), async ({ campaigns }) => {
      await campaigns.saveAssistant(assistantRow(other.client, { name: assistants }));
      await campaigns.save(campaignRow(other.assistant, { name }));
    });
  });

  tell("pages newest first, without loss or repeat among equal times", async (uow) => {
    const company = await newCompany(uow);
    const rows = Array.from(
      { length: 11 },
      (_, index) =>
        campaignRow(company.assistant, { createdAt: index < 8 ? NOON : minutes(index - 9) }),
    );
    await uow.run(scopeOf(company), async ({ campaigns }) => {
      for (const row of rows) await campaigns.save(row);
    });
    await walk(
      [company.campaign, ...rows],
      (row) => row.createdAt,
      (page) =>
        uow.read(scopeOf(company), async ({ campaigns }) => {
          const { items, total } = await campaigns.list({}, page);
          return { items: items.map(({ campaign }) => campaign), total };
        }),
    );
  });

  tell("lists by status and by part of the name, without patterns", async (uow) => {
    const company = await newCompany(uow);
    const rows = CAMPAIGN_STATUSES.flatMap((status) =>
      ["Über 50%", "über 500", "snake_case", "snakeXcase"].map((name) =>
        campaignRow(company.assistant, { name: `${name} ${status}`, status })
      )
    );
    await uow.run(scopeOf(company), async ({ campaigns }) => {
      for (const row of rows) await campaigns.save(row);
    });
    const names = async (filter: { search?: string; status?: typeof rows[number]["status"] }) => {
      const { items, total } = await uow.read(
        scopeOf(company),
        ({ campaigns }) => campaigns.list(filter, PAGE),
      );
      assertEquals(total, items.length);
      for (const { assistantName, clientName } of items) {
        assertEquals([assistantName, clientName], [company.assistant.name, company.client.name]);
      }
      return items.map(({ campaign }) => campaign.name).toSorted();
    };
    assertEquals(await names({ search: "ÜBER", status: "draft" }), [
      "Über 50% draft",
      "über 500 draft",
    ]);
    assertEquals(await names({ search: "0%", status: "paused" }), ["Über 50% paused"]);
    assertEquals(await names({ search: "E_C" }), [
      "snake_case active",
      "snake_case draft",
      "snake_case finished",
      "snake_case paused",
    ]);
    assertEquals((await names({ status: "finished" })).length, 4);
    assertEquals((await names({})).length, 17);
  });

  tell("suggests campaigns by part of the name, in the order of names", async (uow) => {
    const company = await newCompany(uow);
    await uow.run(scopeOf(company), async ({ campaigns }) => {
      for (const name of ["Cid x1%", "bob x12", "Ada x1%"]) {
        await campaigns.save(campaignRow(company.assistant, { name }));
      }
    });
    const suggest = async (text: string, limit: number) => {
      const named = await uow.read(
        scopeOf(company),
        ({ campaigns }) => campaigns.suggest(text, limit),
      );
      return named.map(({ name }) => name);
    };
    assertEquals(await suggest(" x1", 10), ["Ada x1%", "bob x12", "Cid x1%"]);
    assertEquals(await suggest(" x1", 2), ["Ada x1%", "bob x12"]);
    assertEquals(await suggest("x1%", 10), ["Ada x1%", "Cid x1%"]);
    assertEquals(await suggest("BOB", 10), ["bob x12"]);
  });
});
