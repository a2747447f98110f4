/**
 * What callers said, and what was made of it: text that nobody has checked. It is set off from our
 * own words, and kept from changing the direction of the text around it.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";

/** Words of a caller's within a line. */
export function Said({ children }: { children?: Child }) {
  return (
    <q class="said" title="From what the caller said">
      <bdi>{children}</bdi>
    </q>
  );
}

/** An outcome's value in writing. */
export function outcomeText(value: boolean | number | string): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "number" ? value.toLocaleString("en") : value;
}
