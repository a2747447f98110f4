import type { JsonObject } from "../../../src/kernel/json.ts";
import {
  type AgentConnection,
  OUTCOME_TYPES,
  type OutcomeDefinition,
} from "../../../src/campaigns/assistant.ts";
import {
  AGENT_PLATFORMS,
  type AgentWebhook,
  mintWebhookSecret,
} from "../../../src/campaigns/agent_webhook.ts";
import type { AssistantView } from "../../../src/campaigns/agent_webhooks.ts";
import { agentHookPath } from "../../http/agent_hook.ts";
import {
  type Answer,
  CommandError,
  defineCommand,
  type Machine,
  oneOf,
  OPERATOR,
  type Studio,
  UsageError,
} from "../command.ts";
import { textOf } from "../../contacts_file/text_file.ts";
import { isOf } from "./pages.ts";
import { setUpClient } from "./set_up.ts";

/** `assistant create` */
export const createAssistant = defineCommand({
  name: "assistant create",
  about: "Create an assistant (voice agent) of a client, or change it.",
  options: {
    client: { type: "string", value: "NAME", about: "Whose assistant.", required: true },
    name: { type: "string", value: "NAME", about: "Unique within the client.", required: true },
    sip: { type: "string", value: "URI", about: "Agent at a SIP address." },
    websocket: { type: "string", value: "URL", about: "Agent at a media stream." },
    "conversation-relay": {
      type: "string",
      value: "URL",
      about: "Agent behind Twilio's ConversationRelay, which does speech.",
    },
    outcome: {
      type: "string",
      value: "NAME:TYPE:ABOUT",
      about: `What it finds out; TYPE is ${
        OUTCOME_TYPES.filter((t) => t !== "choice").join(", ")
      }` +
        " or choice=a|b|c. Replaces all earlier ones.",
      multiple: true,
    },
    "operational-per-minute": {
      type: "string",
      value: "AMOUNT",
      about: "What the agent's platform costs us (0).",
    },
    webhook: {
      type: "string",
      value: "PLATFORM",
      about: `How its platform reports: ${AGENT_PLATFORMS.join(", ")}, or none (none).`,
    },
    "webhook-secret-file": {
      type: "string",
      value: "FILE",
      about: "Holds the secret that signs the reports (a new one, which is shown once).",
    },
    "recording-key-file": {
      type: "string",
      value: "FILE",
      about: "Holds ElevenLabs' API key, which its recordings need (none).",
    },
    "recording-host": {
      type: "string",
      value: "HOST",
      about: "Where the platform keeps recordings, besides its own hosts.",
      multiple: true,
    },
  },
  async run(machine, { values }) {
    const webhook = await webhookOf(machine, values);
    const answer = await setUpClient(machine, {
      name: values.client,
      assistants: [{
        name: values.name,
        connection: connectionOf(
          values.sip,
          values.websocket,
          values["conversation-relay"],
        ),
        outcomes: values.outcome?.map(outcomeOf),
        operationalPerMinute: values["operational-per-minute"],
        webhook: webhook?.settings,
      }],
    });
    const made = webhook?.isNew ? webhook.settings?.secret : undefined;
    return made === undefined ? answer : withSecret(answer, made);
  },
});

/** `assistant webhook` */
export const showAssistantWebhook = defineCommand({
  name: "assistant webhook",
  about: "Show where an assistant's platform reports to, and whether a secret is set.",
  options: {
    client: { type: "string", value: "NAME", about: "Whose assistant.", required: true },
    name: { type: "string", value: "NAME", about: "Of the assistant.", required: true },
  },
  async run(machine, { values: { client, name } }) {
    const studio = await machine.open();
    const assistant = await requireAssistant(studio, client, name);
    const path = agentHookPath(assistant.id);
    const url = studio.publicUrl === null ? null : new URL(path, studio.publicUrl).href;
    const { platform, recordingHosts, hasApiKey } = assistant;
    return {
      json: {
        assistant: assistant.name,
        uuid: assistant.id,
        url,
        path,
        platform,
        hasSecret: platform !== null,
        recordingHosts,
        hasApiKey,
      },
      text: [
        `URL       ${url ?? path}`,
        `Platform  ${platform ?? "none: nothing is taken at this URL yet"}`,
        `Secret    ${platform === null ? "not set" : "set"}`,
        `Audio     ${recordingHosts.join(", ") || "from no host"}${keyOf(assistant)}`,
      ].join("\n"),
      remark: url === null
        ? "Set PUBLIC_URL to see the whole address."
        : platform === null
        ? "Set it with `studio assistant create … --webhook PLATFORM`."
        : undefined,
    };
  },
});

/** What is to be known of the key that recordings may need. */
function keyOf({ platform, hasApiKey }: AssistantView): string {
  if (platform !== "elevenlabs") return "";
  return hasApiKey ? "; API key set" : "; no API key, so none can be heard (--recording-key-file)";
}

async function requireAssistant(
  { app }: Studio,
  client: string,
  name: string,
): Promise<AssistantView> {
  const all = await app.campaigns.assistants(OPERATOR);
  const found = all.find((each) => isOf(client, each.clientName) && isOf(name, each.name));
  if (found) return found;
  const known = all.filter((each) => isOf(client, each.clientName)).map((each) => each.name);
  throw new CommandError(
    `No assistant of ${client} is called "${name}". It has: ${known.join(", ") || "none"}.`,
  );
}

type WebhookOption = { settings: AgentWebhook | null; isNew: boolean };

type WebhookValues = {
  webhook?: string;
  "webhook-secret-file"?: string;
  "recording-key-file"?: string;
  "recording-host"?: string[];
};

async function webhookOf(
  machine: Machine,
  { webhook: text, ...values }: WebhookValues,
): Promise<WebhookOption | undefined> {
  const {
    "webhook-secret-file": file,
    "recording-key-file": keyFile,
    "recording-host": recordingHosts,
  } = values;
  const platform = text === undefined ? "none" : oneOf("webhook", text, [
    ...AGENT_PLATFORMS,
    "none",
  ]);
  if (platform === "none") {
    for (const name of ["webhook-secret-file", "recording-key-file", "recording-host"] as const) {
      if (values[name] !== undefined) throw new UsageError(`--${name} needs --webhook PLATFORM`);
    }
    return text === undefined ? undefined : { settings: null, isNew: false };
  }
  const apiKey = keyFile && textOf(keyFile, await machine.readFile(keyFile)).trim();
  const recordings = { apiKey, recordingHosts };
  if (file !== undefined) {
    const secret = textOf(file, await machine.readFile(file)).trim();
    return { settings: { platform, secret, ...recordings }, isNew: false };
  }
  if (platform === "elevenlabs") {
    throw new UsageError(
      "ElevenLabs makes the secret itself: add the webhook there (the URL is what " +
        "`studio assistant webhook` shows), and pass the secret in --webhook-secret-file FILE",
    );
  }
  return { settings: { platform, secret: mintWebhookSecret(), ...recordings }, isNew: true };
}

function withSecret({ json, text }: Answer, secret: string): Answer {
  return {
    json: { ...json as JsonObject, webhookSecret: secret },
    text: `${text}\nwebhook secret: ${secret}`,
    remark: "Keep the secret: it is not shown again. `studio assistant webhook` shows the URL.",
  };
}

function connectionOf(
  sip: string | undefined,
  websocket: string | undefined,
  relay: string | undefined,
): AgentConnection | undefined {
  const given: AgentConnection[] = [];
  if (sip !== undefined) given.push({ kind: "sip", uri: sip });
  if (websocket !== undefined) given.push({ kind: "websocket", url: websocket });
  if (relay !== undefined) given.push({ kind: "conversation_relay", url: relay });
  if (given.length > 1) {
    throw new UsageError("--sip, --websocket or --conversation-relay, not several");
  }
  return given[0];
}

function outcomeOf(text: string): OutcomeDefinition {
  const [, name, kind, choices, description] = /^([^:]+):([a-z]+)(?:=([^:]+))?:(.+)$/s.exec(text) ??
    [];
  const type = OUTCOME_TYPES.find((each) => each === kind);
  const fits = type !== undefined && (type === "choice") === (choices !== undefined);
  if (!fits) {
    throw new UsageError(
      `--outcome must be NAME:TYPE:ABOUT, such as "interested:boolean:Wants a quote" or ` +
        `"size:choice=small|large:How big it is", got "${text}"`,
    );
  }
  const outcome = { name: name.trim(), type, description: description.trim() };
  return choices === undefined ? outcome : { ...outcome, choices: choices.split("|") };
}
