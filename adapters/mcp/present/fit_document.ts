/**
 * Keeps a document inside what clients let one result have, whatever it is about: first its long texts
 * are cut, then its long lists.
 *
 * @module
 */
import { fits } from "./fit_page.ts";
import { cutFenced } from "./untrusted.ts";

/** Characters that texts, and entries that lists, are cut to: the first pair that makes it fit. */
const STEPS: readonly [texts: number, lists: number][] = [
  [1000, Infinity],
  [300, Infinity],
  [150, Infinity],
  [150, 100],
  [150, 70],
  [150, 50],
  [150, 30],
  [150, 20],
  [150, 10],
  [150, 5],
];

/** The document as it is or short enough; then `shortened` says what is missing, and where it is. */
export function fitDocument<Document extends object>(
  document: Document,
  rest: string,
): Document & { shortened?: string } {
  let fitting: Document & { shortened?: string } = document;
  for (const [texts, lists] of STEPS) {
    if (fits(fitting)) break;
    const shortened = `Texts longer than ${texts} characters ` +
      (lists === Infinity ? "" : `and lists longer than ${lists} entries `) +
      `are cut off; ${rest}.`;
    fitting = { shortened, ...(cutAll(document, texts, lists) as Document) };
  }
  return fitting;
}

function cutAll(value: unknown, texts: number, lists: number): unknown {
  if (typeof value === "string") return cutFenced(value, texts);
  if (Array.isArray(value)) return value.slice(0, lists).map((one) => cutAll(one, texts, lists));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, cutAll(one, texts, lists)]),
  );
}
