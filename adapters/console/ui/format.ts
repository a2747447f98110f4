/**
 * Values as people read them.
 *
 * @module
 */
import { formatMicros, type Micros } from "../../../src/billing/money.ts";

const SHARE = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

/** What stands where there is nothing to tell. */
export const NOTHING = "–";

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

/** Seconds as minutes and seconds, `1:05`, or with hours, `1:00:05`; {@link NOTHING} if unknown. */
export function durationText(seconds: number | null): string {
  if (seconds === null) return NOTHING;
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  const rest = two(whole % 60);
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${two(minutes)}:${rest}`;
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

/** A part of a whole, `12.5%`; {@link NOTHING} of nothing. */
export function shareText(part: number, whole: number): string {
  return whole === 0 ? NOTHING : SHARE.format(part / whole);
}

/** A day such as 2026-03-02: `Mar 2`. */
export function dayText(day: string): string {
  return DAY.format(new Date(`${day}T00:00:00Z`));
}
