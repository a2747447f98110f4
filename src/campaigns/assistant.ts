/**
 * An assistant: the voice agent that talks on the line, and what it is to find out.
 *
 * @module
 */
import type { Micros } from "../billing/money.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { AgentWebhook } from "./agent_webhook.ts";

/** Every type of outcome value. */
export const OUTCOME_TYPES = ["boolean", "number", "text", "choice", "date"] as const;

/** What kind of value an outcome has: JSON booleans and numbers, else text (dates ISO-8601). */
export type OutcomeType = typeof OUTCOME_TYPES[number];

/** Something that the assistant extracts from a call. */
export type OutcomeDefinition = {
  /** Unique within the assistant, such as `interested`. */
  name: string;
  type: OutcomeType;
  description: string;
  /** Of a `choice`: the values that may come. */
  choices?: string[];
};

/** How a call is connected to the agent's platform. */
export type AgentConnection =
  | { kind: "simulated" }
  | { kind: "sip"; uri: string }
  | { kind: "websocket"; url: string }
  /** Twilio's own speech to text and back; text alone goes to and from the agent. */
  | { kind: "conversation_relay"; url: string };

/** A voice agent of one client. */
export type Assistant = {
  id: Uuid;
  clientId: Uuid;
  /** Unique within the client, compared without case. */
  name: string;
  connection: AgentConnection;
  outcomes: OutcomeDefinition[];
  /** What the agent's platform costs us per minute, in the client's currency. */
  operationalPerMinute: Micros;
  /** How its platform reports to us; null when it does not. */
  webhook: AgentWebhook | null;
  createdAt: Date;
};
