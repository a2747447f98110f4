/**
 * Text out of a file's bytes: UTF-8, with or without a byte order mark, and nothing else.
 *
 * @module
 */
import { FileError } from "./file_error.ts";

const LINE_FEED = 0x0a;

/** The file's text. @throws FileError for another encoding, with the first line at fault. */
export function textOf(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const line = isUtf16(bytes) ? "" : `, first in line ${firstBadLine(bytes)}`;
    const what = isUtf16(bytes) ? "UTF-16" : "not UTF-8";
    throw new FileError(
      `${path} is ${what}${line}. Save it as UTF-8 (in Excel: "CSV UTF-8") and try again.`,
    );
  }
}

function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** No character of UTF-8 but the line feed itself contains its byte. */
function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let start = 0, line = 1;; line++) {
    const feed = bytes.indexOf(LINE_FEED, start);
    try {
      decoder.decode(bytes.subarray(start, feed === -1 ? bytes.length : feed));
    } catch {
      return line;
    }
    if (feed === -1) return line;
    start = feed + 1;
  }
}
