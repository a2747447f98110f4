import {
  type AgentConnection,
  OUTCOME_TYPES,
  type OutcomeDefinition,
} from "../../../src/campaigns/assistant.ts";
import { defineCommand, UsageError } from "../command.ts";
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
  },
  async run(machine, { values }) {
    return await setUpClient(machine, {
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
      }],
    });
  },
});

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
