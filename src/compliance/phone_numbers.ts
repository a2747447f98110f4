/**
 * Port: what is known of a phone number. The numbering plans are data that changes monthly, so
 * they stay outside.
 *
 * @module
 */

/** A number that may be stored. */
export type PhoneNumber = {
  /** ITU-T E.164 with the plus: `+14155550132`. */
  e164: string;
  /** ISO 3166-1 alpha-2 of the country or territory, not merely of its calling code. */
  country: string;
  /** IANA zones in which the callee may be; empty when they are not known. */
  timeZones: string[];
  /** Why its kind of number must not be called (premium, shared cost, satellite …), or null. */
  blocked: string | null;
};

/** Reads phone numbers. */
export interface PhoneNumbers {
  /**
   * A number in any usual form: international, or national with the country it is from.
   *
   * @returns the number, or in words what is wrong with it and what is allowed.
   */
  parse(text: string, country: string | null): PhoneNumber | { problem: string };
}
