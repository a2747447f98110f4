/**
 * Twilio's published description of its API, and Prism, which serves it or checks a server against it. Both
 * come from npm when a test runs.
 *
 * @module
 */
import { freePort } from "./free_port.ts";

const PRISM = "@stoplight/prism-cli@5.16.0";
/** Ships the description. */
const DESCRIPTION = "@twilio/cli-core@8.3.2";
const FILE = "package/src/services/twilio-api/twilio_api_v2010.json";
const ROOT = "/2010-04-01/Accounts/{AccountSid}";
const PATHS = [
  "Calls.json",
  "Calls/{Sid}.json",
  "Calls/{CallSid}/Recordings.json",
  "IncomingPhoneNumbers.json",
  "OutgoingCallerIds.json",
].map((path) => `${ROOT}/${path}`).concat("/2010-04-01/Accounts/{Sid}.json");
/** Of the provider's errors, which its description leaves out. */
const ERRORS = ["400", "401", "404", "429"];
const PATIENCE = 120_000;

// deno-lint-ignore no-explicit-any -- JSON of many shapes
type Json = any;

/** Prism on a port of this machine. */
export interface Prism extends AsyncDisposable {
  url: URL;
}

/** Serves answers made of the description. */
export function prismMock(): Promise<Prism> {
  return start("mock", "");
}

/** Passes requests on to a server; what does not fit the description becomes an error. */
export function prismProxy(server: URL): Promise<Prism> {
  return start("proxy --errors", server.origin);
}

async function start(mode: string, upstream: string): Promise<Prism> {
  const dir = await Deno.makeTempDir();
  await describe(dir);
  const port = freePort();
  // Ends with its input: also when whoever started it is gone.
  const line = `prism ${mode} -p ${port} api.json ${upstream} & cat > /dev/null; kill $!; wait`;
  const child = new Deno.Command("npx", {
    args: ["-y", "-p", PRISM, "-c", line],
    cwd: dir,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const started = Promise.withResolvers<void>();
  let log = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      log = (log + text).slice(-5_000);
      if (log.includes("Prism is listening")) started.resolve();
    }
    started.reject(new Error(`Prism has ended: ${log}`));
  })();
  started.promise.catch(() => {});
  const late = setTimeout(() => started.reject(new Error("Prism does not start")), PATIENCE);
  const stop = async () => {
    clearTimeout(late);
    await child.stdin.close();
    await reading;
    await child.status;
    await Deno.remove(dir, { recursive: true });
  };
  try {
    await started.promise;
  } catch (error) {
    await stop();
    throw error;
  }
  clearTimeout(late);
  return { url: new URL(`http://127.0.0.1:${port}`), [Symbol.asyncDispose]: stop };
}

/** Writes `api.json`: the part that is used here, mended where Prism cannot read it as published. */
async function describe(dir: string): Promise<void> {
  const line = `npm pack ${DESCRIPTION} --silent && tar -xzf *.tgz ${FILE}`;
  const { code, stderr } = await new Deno.Command("npx", {
    args: ["-c", line],
    cwd: dir,
    signal: AbortSignal.timeout(PATIENCE),
  }).output();
  if (code !== 0) throw new Error(`no description: ${new TextDecoder().decode(stderr)}`);
  const api: Json = JSON.parse(await Deno.readTextFile(`${dir}/${FILE}`));
  api.paths = Object.fromEntries(
    PATHS.map((path) => [path, api.paths[path]]),
  );
  mendUris(api);
  for (const path of Object.values<Json>(api.paths)) {
    for (const operation of [path.get, path.post].filter(Boolean)) mend(operation);
  }
  const created = api.paths[`${ROOT}/Calls.json`].post.responses["201"].content["application/json"];
  const [example]: Json[] = Object.values(created.examples);
  const queued = { ...example.value, status: "queued", price: null, duration: null };
  created.examples = { queued: { value: queued } };
  await Deno.writeTextFile(`${dir}/api.json`, JSON.stringify(api));
}

/** Of forms, lists are sent as repeated names; errors have the shape that the provider documents. */
function mend(operation: Json): void {
  const form = operation.requestBody?.content?.["application/x-www-form-urlencoded"];
  const fields = Object.entries<Json>(form?.schema.properties ?? {});
  const lists = fields.filter(([, { type }]) => type === "array");
  if (form) {
    const style = { style: "form", explode: true };
    form.encoding = Object.fromEntries(lists.map(([name]) => [name, style]));
  }
  const integer = { type: "integer" };
  const text = { type: "string" };
  const properties = { code: integer, message: text, more_info: text, status: integer };
  const schema = { type: "object", properties, required: Object.keys(properties) };
  for (const status of ERRORS) {
    operation.responses[status] = { description: "", content: { "application/json": { schema } } };
  }
}

/** The provider's own examples of addresses have no host. */
function mendUris(node: Json): void {
  if (typeof node !== "object" || node === null) return;
  if (node.type === "string" && node.format === "uri") node.format = "uri-reference";
  for (const child of Object.values(node)) mendUris(child);
}
