/**
 * What a search may mean as a phone number: numbers are kept in E.164, and people type them as they
 * are dialled.
 *
 * @module
 */

/** Arabic-Indic and Persian digits, which NFKC leaves; the low four bits are the digit's value. */
const ARABIC_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;
/** Digits with brackets, dashes, dots, slashes and spaces among them, and at most one plus before. */
const PHONE_LIKE = /^[\s()[\]]*\+?[\d\s()[\]./~\u2212\p{Pd}]*$/u;
/** `+44 (0)20`: the zero is only dialled within the country. */
const BRACKETED_ZERO = /\(\s*0\s*\)(?=.*\d)/;
/** `+44 020`: the same, unless it is a zero that belongs to the number, as in Italy. */
const ZERO_AFTER_CODE = /^\D*(\d{1,3})\D+0(.*\d.*)$/;

const COUNTRY_CODE = "^\\+\\d{1,3}";
/** What is dialled before a number, and what the number begins with instead. */
const DIALLED: [prefix: RegExp, start: string][] = [
  [/^0(?=\d*[1-9])/, COUNTRY_CODE],
  // Former Soviet countries; too common a digit to be taken for a prefix in part of a number.
  [/^80?(?=\d{9,10}$)/, COUNTRY_CODE],
  [/^00(?=[1-9])/, "^\\+"],
  // North America and Australia; Japan.
  [/^(0?011|010)(?=[1-9])/, "^\\+"],
];

/** The numbers that a search may mean. */
export type SoughtNumber = {
  /** Regular expression (of JavaScript as of PostgreSQL) of the E.164 numbers that match. */
  pattern: string;
  /** Text that every number that matches contains. */
  part: string;
};

/**
 * Reads a search as a phone number or any part of one, however it is written; null when it holds
 * no digit, or anything but digits and phone punctuation.
 *
 * Digits match anywhere, with a plus from the number's start. Digits that begin like something
 * dialled also match what they reach: after a prefix for abroad (`00`, `011`) a number's start,
 * after a trunk `0` what follows the country's code.
 */
export function soughtNumber(search: string): SoughtNumber | null {
  const text = search.normalize("NFKC")
    .replace(/\p{Cf}/gu, "") // such as the marks of direction around a copied number
    .trim()
    .replace(/^tel:/i, "")
    .replace(ARABIC_DIGITS, (digit) => String(digit.charCodeAt(0) & 0xf))
    .replace(BRACKETED_ZERO, "");
  const digits = digitsOf(text);
  if (digits === "" || !PHONE_LIKE.test(text)) return null;
  return text.includes("+") ? international(text, digits) : anywhere(digits);
}

function international(text: string, digits: string): SoughtNumber {
  const [, code, rest] = ZERO_AFTER_CODE.exec(text) ?? [];
  if (code === undefined) return { pattern: `^\\+${digits}`, part: `+${digits}` };
  const part = digitsOf(rest);
  return { pattern: `^\\+${code}0?${part}`, part };
}

function anywhere(digits: string): SoughtNumber {
  const patterns = [digits];
  let part = digits;
  for (const [prefix, start] of DIALLED) {
    const rest = digits.replace(prefix, "");
    if (rest === digits) continue;
    patterns.push(start + rest);
    // Each is an end of the digits, so the shortest is in all.
    if (rest.length < part.length) part = rest;
  }
  return { pattern: patterns.join("|"), part };
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, "");
}
