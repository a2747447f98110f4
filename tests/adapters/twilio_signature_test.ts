/**
 * Our check of webhooks' signatures against the provider's own, which runs in a process of its own and is
 * fetched from npm when the test runs.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isSigned, signatureOf } from "../../adapters/telephony/twilio/signature.ts";

const ORACLE = `
import { getExpectedTwilioSignature, validateRequest } from "npm:twilio@5.13.1/lib/webhooks/webhooks.js";
const vectors = JSON.parse(await new Response(Deno.stdin.readable).text());
console.log(JSON.stringify(vectors.map(({ token, url, fields, signature }) => {
  const params = {};
  for (const [name, value] of fields) {
    if (!Object.hasOwn(params, name)) params[name] = value;
    else params[name] = [params[name], value].flat();
  }
  return {
    expected: getExpectedTwilioSignature(token, url, params),
    valid: validateRequest(token, signature, url, params),
  };
})));
`;

interface Vector {
  token: string;
  url: string;
  fields: [string, string][];
  signature: string;
}

async function oracle(vectors: Vector[]): Promise<{ expected: string; valid: boolean }[]> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/oracle.mjs`, ORACLE);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-config",
        "--no-lock",
        "--node-modules-dir=none",
        "--allow-all",
        "oracle.mjs",
      ],
      cwd: dir,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(120_000),
    }).spawn();
    const writing = new Blob([JSON.stringify(vectors)]).stream().pipeTo(child.stdin);
    const { code, stdout, stderr } = await child.output();
    await writing;
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const name = fc.oneof(
  fc.constantFrom("CallSid", "To", "callsid", "A", "AB"),
  // An object's keys that look like numbers come first whatever their order: not the provider's fields.
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .filter((text) => !/^\d+$/.test(text) && text !== "__proto__"),
);
const vector = fc.record({
  token: fc.string({ minLength: 1, maxLength: 40 }),
  host: fc.domain(),
  scheme: fc.constantFrom("http", "https"),
  port: fc.option(fc.constantFrom(80, 443, 8080, 8443)),
  path: fc.constantFrom("/", "/hooks/twilio/status", "/a/b"),
  query: fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.stringMatching(/^[\w-]{0,20}$/)),
  fields: fc.array(fc.tuple(name, fc.string({ unit: "binary", maxLength: 60 })), { maxLength: 25 }),
  signedAs: fc.constantFrom("as is", "with port", "without port"),
  change: fc.constantFrom("none", "none", "token", "url", "field", "drop", "signature"),
});

Deno.test("3,000 random signatures are judged as the provider's own library judges them", async () => {
  const vectors: Vector[] = [];
  for (const each of fc.sample(vector, { numRuns: 3000, seed: 42 })) {
    const { token, host, scheme, port, path, query, signedAs, change } = each;
    const fields = each.fields.map(([k, v]): [string, string] => [
      k.toWellFormed(),
      v.toWellFormed(),
    ]);
    const search = String(new URLSearchParams(query));
    // A question mark with nothing behind it is no address that we give out.
    const rest = search === "" ? path : `${path}?${search}`;
    const url = new URL(`${scheme}://${host}${port === null ? "" : `:${port}`}${rest}`).href;
    const known = new URL(url).port || (scheme === "https" ? "443" : "80");
    const signedUrl = {
      "as is": url,
      "with port": `${scheme}://${host}:${known}${rest}`,
      "without port": `${scheme}://${host}${rest}`,
    }[signedAs];
    const signature = await signatureOf(token, signedUrl, fields);
    vectors.push({
      token: change === "token" ? `${token}x` : token,
      url: change === "url" ? `${url}${url.includes("?") ? "&" : "?"}z=1` : url,
      fields: change === "field"
        ? [...fields, ["Added", "1"]]
        : change === "drop"
        ? fields.slice(1)
        : fields,
      signature: change === "signature" ? signature.slice(0, -2) + "A=" : signature,
    });
  }
  const verdicts = await oracle(vectors);
  for (const [i, each] of vectors.entries()) {
    const { token, url, fields, signature } = each;
    assertEquals(await isSigned(token, signature, url, fields), verdicts[i].valid, show(each));
    assertEquals(await signatureOf(token, url, fields), verdicts[i].expected, show(each));
  }
  const valid = verdicts.filter(({ valid }) => valid).length;
  assert(valid > 800 && valid < 2200, `${valid} of ${vectors.length} are valid`);
});

function show(vector: Vector): string {
  return JSON.stringify(vector);
}
