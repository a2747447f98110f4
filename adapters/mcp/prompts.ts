/**
 * Three prompts for the jobs that people start most. Each carries the data that it is about, so that
 * it works in clients whose models call no tools.
 *
 * @module
 */
import type { GetPromptResult } from "@modelcontextprotocol/server";
import type { Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import { shown } from "../../src/kernel/text.ts";
import { invalidParams } from "./errors.ts";
import { type Kind, resolve } from "./find_by_name.ts";
import { presentCallOrder } from "./present/call_order.ts";
import { fitDocument } from "./present/fit_document.ts";
import { presentProfile } from "./present/record_documents.ts";
import { presentCampaignOutcomes, presentStats } from "./present/stats.ts";
import { NOTICE } from "./present/untrusted.ts";
import { REST_OF_RECORD } from "./resources.ts";

/** A prompt about one campaign or record. */
export interface Prompt {
  name: string;
  title: string;
  description: string;
  /** What it is about: also the name of its one argument, which takes a name or a uuid. */
  about: Kind;
  /** What the model is asked to do. */
  request: string;
  /** What it needs to know for that. */
  data(app: App, principal: Principal, uuid: string): Promise<object>;
  /** Where the rest is, when the data are too long to be whole. */
  rest: string;
}

/** Orders of each status that `follow-up-list` shows. */
const FOLLOW_UPS = 50;

/** Every prompt. */
export const PROMPTS: readonly Prompt[] = [
  {
    name: "review-campaign",
    title: "Review a campaign",
    description: "How a campaign is going, and what to change.",
    about: "campaign",
    rest: "get-call-outcomes has a call's in full",
    request: "Review this campaign for the person who runs it. Say how it is going (reach, " +
      "answered rate, outcomes, cost per answered call), what stands out in the end reasons, and " +
      "the two or three changes that would help most, each with the figure that it rests on.",
    async data(app, principal, uuid) {
      const [stats, outcomes] = await Promise.all([
        app.campaigns.stats(principal, uuid),
        app.campaigns.outcomes(principal, uuid),
      ]);
      return {
        stats: presentStats(stats, principal),
        outcomes: presentCampaignOutcomes(outcomes, principal).outcomes,
      };
    },
  },
  {
    name: "prepare-call",
    title: "Prepare a call",
    description: "All that is known of a record before it is called.",
    about: "record",
    rest: REST_OF_RECORD,
    request: "Prepare a call to this record. Sum up who it is, what happened on earlier calls, " +
      "what was found out and promised, and whether anything speaks against calling (status, " +
      "do-not-call). Then suggest how to open the call and what to ask.",
    data: async (app, principal, uuid) =>
      presentProfile(await app.records.profile(principal, uuid), principal),
  },
  {
    name: "follow-up-list",
    title: "List whom to follow up",
    description: "Whom to call next in a campaign, and why.",
    about: "campaign",
    rest: "list-call-orders has all of them",
    request: "Make a list of whom to call next in this campaign, most promising first, each with " +
      "the reason in half a sentence and the call order's uuid. Rescheduled and busy orders were " +
      "tried before; get-record and the resource studio://records/{uuid} tell how that went. Call " +
      "nobody before the person has agreed to the list.",
    async data(app, principal, uuid) {
      const [stats, ...pages] = await Promise.all([
        app.campaigns.stats(principal, uuid),
        ...(["rescheduled", "busy", "planned"] as const).map((status) =>
          app.callOrders.list(principal, { campaignUuid: uuid, status, limit: FOLLOW_UPS })
        ),
      ]);
      return {
        stats: presentStats(stats, principal),
        callOrders: pages.flatMap(({ items }) => items).map((view) => {
          const { campaignUuid: _uuid, campaignName: _name, client: _client, ...order } =
            presentCallOrder(view, principal);
          return order;
        }),
        omitted: pages.reduce((sum, { total, items }) => sum + total - items.length, 0),
      };
    },
  },
];

/** The prompts as clients list them. */
export const LISTED_PROMPTS = PROMPTS.map(({ name, title, description, about }) => ({
  name,
  title,
  description,
  arguments: [{
    name: about,
    title: about === "campaign" ? "Campaign" : "Record",
    description: `Name or UUID of the ${about}`,
    required: true,
  }],
}));

/**
 * A prompt with its data filled in.
 *
 * @throws ProtocolError -32602 for an unknown prompt or a missing argument; DomainError for a name
 *   that nothing, or more than one thing, has.
 */
export async function getPrompt(
  app: App,
  principal: Principal,
  name: string,
  args: Record<string, string>,
): Promise<GetPromptResult> {
  const prompt = PROMPTS.find((one) => one.name === name);
  if (prompt === undefined) throw invalidParams(`Prompt ${shown(name)} not found`);
  const { about, request, description } = prompt;
  const given = args[about] ?? "";
  if (given.trim() === "") throw invalidParams(`${about}: is required, a name or a UUID`);
  const data = await prompt.data(app, principal, await resolve(app, principal, about, given));
  const fitting = fitDocument(data, prompt.rest);
  const text = `${request}\n\n${NOTICE}\n\n${JSON.stringify(fitting)}`;
  return { description, messages: [{ role: "user", content: { type: "text", text } }] };
}
