/**
 * Figures and words as people read them.
 *
 * @module
 */
import { formatMicros, type Micros } from "../../../src/billing/money.ts";

const WHOLE = new Intl.NumberFormat("en");
const SHARE = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

/** What stands where there is nothing to tell. */
export const NOTHING = "–";

/** A count: `12,345`. */
export function count(value: number): string {
  return WHOLE.format(value);
}

/** A part of a whole: `12.5%`, or {@link NOTHING} of nothing. */
export function share(part: number, whole: number): string {
  return whole === 0 ? NOTHING : SHARE.format(part / whole);
}

/** Money with two to four decimals: `$0.125`; what is smaller is rounded for the eye. */
export function money(amount: Micros, currency: string): string {
  const options = { style: "currency", currency, maximumFractionDigits: 4 } as const;
  // As text, because a number would lose digits of large sums.
  return new Intl.NumberFormat("en", options)
    .format(formatMicros(amount) as Intl.StringNumericLiteral);
}

/** Seconds as `m:ss` or, from an hour on, `h:mm:ss`; {@link NOTHING} when unknown. */
export function duration(seconds: number | null): string {
  if (seconds === null) return NOTHING;
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours === 0
    ? `${minutes}:${two(whole % 60)}`
    : `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

/** A day such as 2026-03-02 as `Mar 2`. */
export function dayName(day: string): string {
  return DAY.format(new Date(`${day}T00:00:00Z`));
}

/** A code such as `no_answer` in words: `No answer`. */
export function words(code: string): string {
  const text = code.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
