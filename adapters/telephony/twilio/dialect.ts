/**
 * What differs between providers that speak Twilio's 2010-04-01 API: everything else is shared.
 *
 * @module
 */

/**
 * Seconds after which a call that the provider does not know was surely never dialled, unless the
 * operator says otherwise: a request is in doubt for far less, and lists lag by seconds.
 */
export const QUIET_SECONDS = 120;

/** An account, as the operator has it from the provider. */
export interface Account {
  /** Where the API is: `https://api.twilio.com`, or `https://SPACE.signalwire.com`. */
  apiUrl: URL;
  /** Twilio's Account SID, SignalWire's project id. */
  sid: string;
  /** Opens the API. Never logged. */
  token: string;
  /** Number that calls, E.164. */
  from: string;
  /** Signs webhooks, where that is another key than `token`; null where it is not. */
  webhookKey: string | null;
  /**
   * Seconds after which a call that the provider does not know was surely never dialled. After half
   * of it a silent call is asked about; a request takes at most an eighth.
   */
  quietSeconds: number;
}

/** How one provider wants to be spoken to. */
export interface Dialect {
  /** Kept with each call. */
  provider: "twilio" | "signalwire";
  /** Of the account, without a slash at the end. */
  accountUrl: string;
  /** Value of `Authorization`. */
  authorization: string;
  from: string;
  /** Header in which webhooks carry their signature. */
  signatureHeader: string;
  /** Key of that signature. */
  signatureKey: string;
  /** Whether `<ConversationRelay>` is understood. */
  conversationRelay: boolean;
  /** Sent with every new call. */
  extraFields: readonly [string, string][];
}

/** The dialect that is spoken at the account's address. */
export function dialectOf(
  { apiUrl, sid, token, from, webhookKey }: Omit<Account, "quietSeconds">,
): Dialect {
  const signalwire = /(^|\.)signalwire\.com$/.test(apiUrl.hostname);
  const root = signalwire ? "/api/laml/2010-04-01" : "/2010-04-01";
  return {
    provider: signalwire ? "signalwire" : "twilio",
    accountUrl: new URL(`${root}/Accounts/${encodeURIComponent(sid)}`, apiUrl).href,
    authorization: `Basic ${btoa(`${sid}:${token}`)}`,
    from,
    signatureHeader: signalwire ? "X-SignalWire-Signature" : "X-Twilio-Signature",
    signatureKey: webhookKey ?? token,
    conversationRelay: !signalwire,
    // The agent must not wait for the detection, which takes seconds.
    extraFields: [["MachineDetection", "Enable"], ["AsyncAmd", "true"]],
  };
}
