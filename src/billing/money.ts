/**
 * Money as integers of a millionth of the currency's major unit; never floats.
 *
 * @module
 */
import { invalid } from "../kernel/errors.ts";
import { shown } from "../kernel/text.ts";

/** Millionths of a major unit: 1_500_000n is 1.50 of the currency. */
export type Micros = bigint;

/** An amount in a currency. */
export type Money = {
  amount: Micros;
  /** ISO 4217 code, such as `USD`. */
  currency: string;
};

const SCALE = 1_000_000n;
/**
 * Ten digits at most, so that the price of the longest call and hundreds of payments stay within 2^63
 * millionths, which is what the database has room for.
 */
const DECIMAL = /^(-?)(\d{1,10})(?:\.(\d{1,6}))?$/;

/** Decimal text with at least two and at most six places: `0.05`, `12.345678`. */
export function formatMicros(amount: Micros): string {
  const sign = amount < 0n ? "-" : "";
  const size = amount < 0n ? -amount : amount;
  const places = (size % SCALE).toString().padStart(6, "0").replace(/0{1,4}$/, "");
  return `${sign}${size / SCALE}.${places}`;
}

/**
 * The amount that decimal text stands for, exactly.
 *
 * @throws DomainError `invalid` for anything but up to 10 digits and up to 6 places.
 */
export function parseMicros(field: string, text: string): Micros {
  const match = DECIMAL.exec(text.trim());
  if (!match) {
    throw invalid(
      field,
      `must be a decimal number with at most 10 digits and 6 places, got ${shown(text)}`,
    );
  }
  const [, sign, whole, places = ""] = match;
  const size = BigInt(whole) * SCALE + BigInt(places.padEnd(6, "0"));
  return sign ? -size : size;
}

/**
 * Like {@link parseMicros}, for what is never below zero.
 *
 * @throws DomainError `invalid`.
 */
export function parsePrice(field: string, text: string): Micros {
  const price = parseMicros(field, text);
  if (price < 0n) throw invalid(field, "must not be below 0");
  return price;
}

/**
 * The code, when it has the form of one.
 *
 * @throws DomainError `invalid` unless it is three capital letters.
 */
export function requireCurrency(field: string, code: string): string {
  if (!/^[A-Z]{3}$/.test(code)) throw invalid(field, "must be an ISO 4217 code such as USD");
  return code;
}
