/**
 * TwiML: what the provider does once the phone is answered, namely to attach the campaign's
 * assistant. Well-formed XML 1.0 whatever the strings contain.
 *
 * Source: https://www.twilio.com/docs/voice/twiml (`<Connect>`, `<Stream>`, `<ConversationRelay>`,
 * `<Dial>`, `<Sip>`).
 *
 * @module
 */
import type { DialRequest } from "../../../src/calls/call_gateway.ts";

/** Most characters that the provider takes with the request; longer TwiML is fetched from us. */
export const MAX_INLINE = 4000;
/** Most characters of a parameter's name and value together: under 500, says the provider. */
const MAX_PARAMETER = 499;

/** What there is to know besides the request. */
export interface TwimlOptions {
  /** Where the provider tells how the agent's leg went; null when it cannot reach us. */
  agentUrl: string | null;
  /** Whether `<ConversationRelay>` is understood. */
  conversationRelay: boolean;
}

/** TwiML that attaches the assistant, or null when the provider cannot reach an assistant so. */
export function twimlFor(request: DialRequest, options: TwimlOptions): string | null {
  const { connection } = request.agent;
  switch (connection.kind) {
    case "simulated":
      return null;
    case "websocket":
      return stream(connection.url, request, options);
    case "conversation_relay": {
      if (!options.conversationRelay || !/^wss:\/\//i.test(connection.url)) return null;
      const relay = element("ConversationRelay", { url: connection.url }, parameters(request));
      return response(element("Connect", actionOf(options), relay));
    }
    case "sip":
      return response(
        element(
          "Dial",
          { timeLimit: String(request.maxSeconds), ...actionOf(options) },
          element("Sip", {}, text(withCall(connection.uri, request))),
        ),
      );
  }
}

/** TwiML that ends the call. */
export const HANG_UP: string = response(element("Hangup", {}));

/** A stream's address must not have a query: what stands there becomes parameters. */
function stream(address: string, request: DialRequest, { agentUrl }: TwimlOptions): string | null {
  if (!/^wss:\/\//i.test(address) || !URL.canParse(address)) return null;
  const url = new URL(address);
  const query = [...url.searchParams];
  url.search = "";
  const told: Record<string, string> = agentUrl === null ? {} : { statusCallback: agentUrl };
  const attributes = { url: url.href, ...told };
  return response(
    element("Connect", {}, element("Stream", attributes, parameters(request, query))),
  );
}

function actionOf({ agentUrl }: TwimlOptions): Record<string, string> {
  return agentUrl === null ? {} : { action: agentUrl };
}

/** The call, and what the agent is to know. A long value goes on in `name.2`, `name.3` … */
function parameters({ ref, agent }: DialRequest, query: [string, string][] = []): string {
  const all = [
    ["clientUuid", ref.clientId],
    ["callUuid", ref.callId],
    ...query,
    ...Object.entries(agent.context),
  ];
  return all.flatMap(([name, value]) => pieces(name, value)).map(([name, value]) => {
    return element("Parameter", { name, value });
  }).join("");
}

function pieces(name: string, value: string): [string, string][] {
  const shortName = [...name].slice(0, 100).join("");
  // Ten characters are left for the number; a character outside of the basic plane counts twice.
  const size = Math.floor((MAX_PARAMETER - shortName.length - 10) / 2);
  const characters = [...value];
  const found: [string, string][] = [];
  for (let at = 0, nth = 1; at < characters.length || nth === 1; at += size, nth++) {
    const piece = characters.slice(at, at + size).join("");
    found.push([nth === 1 ? shortName : `${shortName}.${nth}`, piece]);
  }
  return found;
}

/** The call's uuids as SIP headers (RFC 3261 §19.1.1), by which the agent's platform names it. */
function withCall(uri: string, { ref }: DialRequest): string {
  const headers = `X-Client-Uuid=${ref.clientId}&X-Call-Uuid=${ref.callId}`;
  return `${uri}${uri.includes("?") ? "&" : "?"}${headers}`;
}

function response(inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${inner}</Response>`;
}

function element(name: string, attributes: Record<string, string>, inner = ""): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(value)}"`).join(
    "",
  );
  return inner === "" ? `<${name}${list}/>` : `<${name}${list}>${inner}</${name}>`;
}

/** Text or a value in double quotes. What XML cannot hold at all (XML 1.0 §2.2) becomes U+FFFD. */
function text(value: string): string {
  return value.toWellFormed()
    // deno-lint-ignore no-control-regex -- these are the characters that XML forbids
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
