/**
 * Values as people read them.
 *
 * @module
 */
import { formatMicros, type Micros } from "../../../src/billing/money.ts";

/** An amount with its currency's sign, to between two and four places: `$0.1234`. */
export function moneyText(amount: Micros, currency: string): string {
  const format = new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: 4,
  });
  return format.format(formatMicros(amount) as Intl.StringNumericLiteral);
}

/** Seconds as minutes and seconds: `1:05`. */
export function durationText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** A name of the program's as words with a capital: `no_answer` is `No answer`. */
export function wordsOf(name: string): string {
  const words = name.replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A count in figures that are grouped: `20,000`. */
export function countText(count: number): string {
  return count.toLocaleString("en");
}
