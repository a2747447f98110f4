/**
 * Phone numbers by the numbering plans of libphonenumber, and the time zones of their callees.
 *
 * Time zones come from the number's longest known prefix. A prefix that spans several zones, such as
 * that of mobile phones in a wide country or of American toll-free lines, gives them all, and a
 * number that no prefix fits has none.
 *
 * @module
 */
import {
  type CountryCode,
  isSupportedCountry,
  type NumberType,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import type { PhoneNumber, PhoneNumbers } from "../src/compliance/phone_numbers.ts";
import { clip } from "../src/kernel/text.ts";
import { PHONE_TIME_ZONES } from "./phone_time_zones.ts";

/** Characters of a number that an error repeats. */
const MAX_SHOWN = 40;

const EXPECTED = "Give it in international form such as +14155550132, or national with a country";

/** Kinds of numbers that cost the caller without bound, or reach no person's phone. */
const BLOCKED: Partial<Record<Exclude<NumberType, undefined>, string>> = {
  PREMIUM_RATE: "it is a premium-rate number",
  SHARED_COST: "it is a shared-cost number",
  PERSONAL_NUMBER: "it is a personal number, forwarded at the caller's cost",
  PAGER: "it is a pager",
  UAN: "it is a company-wide access number",
  VOICEMAIL: "it is a voicemail access number",
};

/** Calling codes of no country (ITU-T E.164 list of assigned codes) that are not worth a try. */
const NO_COUNTRY: Record<string, string> = {
  "800": "an international freephone number",
  "808": "an international shared-cost number",
  "870": "a satellite phone",
  "878": "a universal personal number",
  "881": "a satellite phone",
  "882": "a satellite or international network's number",
  "883": "a satellite or international network's number",
  "888": "a disaster-relief number",
  "979": "an international premium-rate number",
};

const SHORT = /^\P{Nd}*(?:\p{Nd}\P{Nd}*){0,6}$/u;

/** Reads phone numbers by the numbering plans of every country. */
export class NumberingPlans implements PhoneNumbers {
  readonly #zonesOf = readZones();

  /** See the port. A text with a plus or `00` needs no country, and one that it has overrules it. */
  parse(text: string, country: string | null): PhoneNumber | { problem: string } {
    // "(+1) 415 …" is a usual way to write a number, if not one that the library reads.
    const given = text.trim().replace(/^tel:/i, "").replace(/^\(\s*(\+\d{1,3})\s*\)/, "$1");
    const from = country?.trim().toUpperCase() ?? null;
    if (from !== null && !isSupportedCountry(from)) {
      return { problem: `country "${country}" is not known: use two letters such as US or AE` };
    }
    const shown = `"${clip(text, MAX_SHOWN)}"`;
    const international = given.replace(/^00/, "+");
    const number = parsePhoneNumberFromString(from === null ? international : given, {
      defaultCountry: (from ?? undefined) as CountryCode | undefined,
      extract: false,
    });
    const global = NO_COUNTRY[number?.countryCallingCode ?? ""];
    if (global !== undefined) {
      return { problem: `${shown} is ${global}, which cannot be called. Give a country's number` };
    }
    if (!number?.isValid() || number.country === undefined) return { problem: why(given, from) };
    if (number.ext) {
      return {
        problem: `${shown} has an extension; give the number alone, without "${number.ext}"`,
      };
    }
    return {
      e164: number.number,
      country: number.country,
      timeZones: this.#zones(number.number.slice(1)),
      blocked: BLOCKED[number.getType() ?? "MOBILE"] ?? null,
    };
  }

  #zones(digits: string): string[] {
    for (let length = digits.length; length > 0; length--) {
      const zones = this.#zonesOf.get(digits.slice(0, length));
      if (zones !== undefined) return [...zones];
    }
    return [];
  }
}

function why(given: string, country: string | null): string {
  const shown = `"${clip(given, MAX_SHOWN)}"`;
  if (/\p{L}/u.test(given)) return `${shown} has letters in it. ${EXPECTED}`;
  if (SHORT.test(given)) {
    return `${shown} is too short for a phone number; emergency and service numbers cannot be called. ${EXPECTED}`;
  }
  if (country !== null && !/^(\+|00|011)/.test(given)) {
    return `${shown} is not a number of ${country}. ${EXPECTED}`;
  }
  if (/^(\+|00)/.test(given)) return `${shown} is not a number in use. ${EXPECTED}`;
  return `${shown} does not say which country it is from. ${EXPECTED}`;
}

function readZones(): Map<string, string[]> {
  const zonesOf = new Map<string, string[]>();
  for (const line of PHONE_TIME_ZONES.trim().split("\n")) {
    const [zones, prefixes] = line.split("|");
    for (const prefix of prefixes.split(" ")) zonesOf.set(prefix, zones.split(" "));
  }
  return zonesOf;
}
