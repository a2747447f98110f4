/**
 * The one error that the domain raises. Adapters map it; they never parse its text.
 *
 * @module
 */

/** Every reason for which the domain refuses; a closed set that adapters can switch over. */
export type ErrorCode =
  | "invalid"
  | "not_found"
  | "forbidden"
  | "unauthenticated"
  | "no_client"
  | "conflict"
  | "call_type_not_callable"
  | "order_not_callable"
  | "attempts_used_up"
  | "record_not_callable"
  | "campaign_not_active"
  | "phone_invalid"
  | "phone_blocked"
  | "country_not_allowed"
  | "price_above_cap"
  | "do_not_call"
  | "consent_missing"
  | "time_zone_unknown"
  | "outside_calling_window"
  | "campaign_concurrency_limit"
  | "client_concurrency_limit"
  | "client_calls_per_minute"
  | "client_calls_per_day"
  | "client_spend_per_day"
  | "token_calls_per_minute"
  | "token_calls_per_day"
  | "token_spend_per_day"
  | "insufficient_balance"
  | "absent"
  | "throttled"
  | "unavailable";

/** What else is known of a refusal: the field at fault, or the row that stands in the way. */
export type ErrorDetails = {
  /** Wire name of the parameter at fault. */
  field?: string;
  /** Uuid of the row that the request collides with. */
  existing?: string;
  /** Earliest moment at which the same request may succeed. */
  retryAt?: Date;
};

/** A refusal that a person or a model may read: what happened, which field, what to do next. */
export class DomainError extends Error {
  /** Name by which logs tell it from programming errors. */
  override readonly name = "DomainError";

  /** A refusal with its reason, and a message for whoever asked. */
  constructor(
    /** Stable reason. */
    readonly code: ErrorCode,
    message: string,
    /** Field, colliding row, and time of the next try, where known. */
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A value that the caller can mend: names the field, what was wrong, and what is allowed. */
export function invalid(field: string, problem: string): DomainError {
  return new DomainError("invalid", `${field}: ${problem}`, { field });
}

/** What a caller may look for by uuid. */
export type Findable =
  | "Record"
  | "Campaign"
  | "Call order"
  | "Call"
  | "Record type"
  | "Import"
  | "Client";

/** Missing and foreign rows share one text, so that neither can be told from the other. */
export function notFound(what: Findable): DomainError {
  return new DomainError("not_found", `${what} not found or access denied`);
}
