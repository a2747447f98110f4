/**
 * What kind of browser on what kind of machine, as far as people tell theirs apart by it. Nothing
 * rests on it: a browser says of itself what it likes.
 *
 * @module
 */

/** The first that fits counts: most browsers also name those that they resemble. */
const BROWSERS: [mark: RegExp, name: string][] = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const SYSTEMS: [mark: RegExp, name: string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "Mac"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

/** Such as `Firefox on Windows`, of a `User-Agent`; null when it tells neither. */
export function deviceOf(userAgent: string | null): string | null {
  const first = (known: [RegExp, string][]) =>
    known.find(([mark]) => mark.test(userAgent ?? ""))?.[1] ?? null;
  const [browser, system] = [first(BROWSERS), first(SYSTEMS)];
  if (browser === null || system === null) return browser ?? system;
  return `${browser} on ${system}`;
}
