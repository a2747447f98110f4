/**
 * Bars in a table: what is compared stands beside its bar, as words and as numbers.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";
import { countText, shareText } from "../ui/format.ts";

/** A bar with its label. */
export interface Bar {
  label: Child;
  /** How long the bar is, compared with the others; below zero there is none. */
  size: number;
  /** The value in writing. */
  text: string;
  /** What else there is to say of the value. */
  more?: string;
}

/** Rows in the given order; unless `longest` says otherwise, the longest bar fills its column. */
export function BarTable(
  { caption, of, value, bars, longest = Math.max(...bars.map(({ size }) => size), 0) }: {
    caption: string;
    /** What the labels are, and what the bars count. */
    of: string;
    value: string;
    bars: Bar[];
    /** Size of a bar that fills its column. */
    longest?: number;
  },
) {
  return (
    <table class="bars">
      <caption class="unseen">{caption}</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">{of}</th>
          <th scope="col">{value}</th>
        </tr>
      </thead>
      <tbody>
        {bars.map(({ label, size, text, more }) => (
          <tr>
            <th scope="row">{label}</th>
            <td>
              <svg class="bar" width="100%" height="12" aria-hidden="true">
                <rect class="bar-track" width="100%" height="12" rx="3" />
                {size > 0 && (
                  <rect class="bar-fill" width={percent(size, longest)} height="12" rx="3" />
                )}
              </svg>
              <span class="bar-value">
                {text}
                {more && <small>{more}</small>}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Counts as bars, most frequent first, each with its share of all. */
export function countBars(counts: [label: Child, count: number][]): Bar[] {
  const all = counts.reduce((sum, [, each]) => sum + each, 0);
  return counts.toSorted(([, a], [, b]) => b - a).map(([label, each]) => ({
    label,
    size: each,
    text: countText(each),
    more: shareText(each, all),
  }));
}

function percent(part: number, whole: number): string {
  return `${Math.max(0.5, Math.round(1000 * part / whole) / 10)}%`;
}
