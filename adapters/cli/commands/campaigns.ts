import type { App } from "../../../src/app.ts";
import { CAMPAIGN_STATUSES } from "../../../src/campaigns/campaign.ts";
import type { CampaignView } from "../../../src/campaigns/campaign_repo.ts";
import { CommandError, defineCommand, oneOf, OPERATOR } from "../command.ts";
import { table } from "../table.ts";
import { allPages, isOf } from "./pages.ts";
import { DIALING_RULE_OPTIONS, dialingRulesOf } from "./rule_options.ts";
import { requireClient, setUpClient } from "./set_up.ts";

const STATUSES = CAMPAIGN_STATUSES.join(", ");

/** `campaign create` */
export const createCampaign = defineCommand({
  name: "campaign create",
  about: "Create a campaign of a client, or change what is named of one.",
  options: {
    client: { type: "string", value: "NAME", about: "Whose campaign.", required: true },
    name: { type: "string", value: "NAME", about: "Unique within the client.", required: true },
    assistant: { type: "string", value: "NAME", about: "Who talks. For a new campaign." },
    description: { type: "string", value: "TEXT", about: "Why records are called." },
    status: { type: "string", value: "STATUS", about: `One of ${STATUSES} (draft).` },
    ...DIALING_RULE_OPTIONS,
  },
  async run(machine, { values }) {
    const { client, name, assistant, description, status } = values;
    return await setUpClient(machine, {
      name: client,
      campaigns: [{
        name,
        assistant,
        description,
        status: status === undefined ? undefined : oneOf("status", status, CAMPAIGN_STATUSES),
        rules: dialingRulesOf(values),
      }],
    });
  },
});

/** `campaign list` */
export const listCampaigns = defineCommand({
  name: "campaign list",
  about: "List campaigns, newest first.",
  options: { client: { type: "string", value: "NAME", about: "Of this client alone." } },
  async run(machine, { values: { client } }) {
    const { app } = await machine.open();
    const rows = (await campaignsOf(app, client)).map((view) => ({
      uuid: view.campaign.id,
      client: view.clientName,
      name: view.campaign.name,
      status: view.campaign.status,
      assistant: view.assistantName,
      rules: { ...view.campaign.rules, window: windowOf(view) },
    }));
    return {
      json: rows,
      text: table(
        ["uuid", "client", "name", "status", "assistant", "auto-dial"],
        rows.map(({ uuid, client, name, status, assistant, rules }) => [
          uuid,
          client,
          name,
          status,
          assistant,
          rules.autoDial ? "on" : "off",
        ]),
      ),
    };
  },
});

/** `campaign set-status` */
export const setCampaignStatus = defineCommand({
  name: "campaign set-status",
  about: "Start, pause or finish a campaign.",
  options: {
    client: { type: "string", value: "NAME", about: "Whose campaign.", required: true },
    name: { type: "string", value: "NAME", about: "Which campaign.", required: true },
    status: { type: "string", value: "STATUS", about: `One of ${STATUSES}.`, required: true },
  },
  async run(machine, { values }) {
    const { client, name } = values;
    const status = oneOf("status", values.status, CAMPAIGN_STATUSES);
    const { app } = await machine.open();
    await requireClient(app, client);
    const wanted = name.trim().toLowerCase();
    const found = (await campaignsOf(app, client))
      .find(({ campaign }) => campaign.name.toLowerCase() === wanted);
    if (found === undefined) {
      throw new CommandError(
        `No campaign of ${client} is called "${name}". "studio campaign list" shows all.`,
      );
    }
    return await setUpClient(machine, {
      name: client,
      campaigns: [{ name: found.campaign.name, status }],
    });
  },
});

async function campaignsOf(app: App, client?: string): Promise<CampaignView[]> {
  const all = await allPages((request) => app.campaigns.list(OPERATOR, request));
  return all.filter(({ clientName }) => isOf(client, clientName));
}

function windowOf({ campaign: { rules: { window } } }: CampaignView) {
  return window === null ? null : { start: window.start, end: window.end, days: window.days };
}
