/** `deno task dev` on a disk that fills up, and has room again. */
import { assert, assertEquals } from "@std/assert";
import { freePort } from "../support/free_port.ts";
import { sleep } from "../support/killed_server.ts";
import { callToolAt, type ToolAnswer } from "../support/server_process.ts";

const STARTS_WITHIN_MS = 90_000;
const GOES_ON_WITHIN_MS = 60_000;
const project = new URL("../../", import.meta.url);
const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", project)));

/** The dev task's own command, on this data, and with the disk in our hands. */
function startDev(data: string, port: number): Deno.ChildProcess {
  const [, command] = tasks.dev.command.split("&& deno run ");
  const args = command.replaceAll('"', "").replaceAll("$DATA", data).split(" ");
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--preload=tests/support/full_disk.ts", ...args],
    cwd: project,
    env: { STUDIO_DATA: data, PORT: String(port) },
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

function assertDone(answer: ToolAnswer | null): void {
  assert(answer !== null && !answer.isError, answer?.content[0].text);
}

async function probe(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

async function untilReady(url: string, withinMs: number): Promise<void> {
  for (const until = Date.now() + withinMs;;) {
    if (await probe(`${url}/readyz`).catch(() => 0) === 200) return;
    assert(Date.now() < until, "it never became ready");
    await sleep(200);
  }
}

Deno.test("on a full disk the dev server says so, lives, and goes on by itself once there is room", async () => {
  const data = await Deno.makeTempDir();
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const dev = startDev(data, port);
  const said = new Response(dev.stderr).text();
  try {
    await untilReady(url, STARTS_WITHIN_MS);
    const { tokens: { admin } } = JSON.parse(await Deno.readTextFile(`${data}/dev.json`));
    const call = (name: string, args: Record<string, unknown>) =>
      callToolAt(url, admin, name, args);
    const types = await call("list-record-types", {});
    const { recordTypes: [{ uuid: recordTypeUuid }] } = types.structuredContent as {
      recordTypes: { uuid: string }[];
    };
    const accepted: string[] = [];
    let made = 0;
    const create = async (): Promise<ToolAnswer | null> => {
      // Incompressible, so that tables soon want another page.
      const note = crypto.getRandomValues(new Uint8Array(1500)).toHex();
      const name = `Disk ${made}.`;
      const phoneNumber = `+1312555${1000 + made++}`;
      const args = { recordTypeUuid, name, phoneNumber, parameters: { note } };
      const answer = await call("create-record", args).catch(() => null);
      if (answer !== null && !answer.isError) accepted.push(name);
      return answer;
    };
    const count = async () => {
      const { structuredContent, content } = await call("list-records", { search: "Disk " });
      assert(structuredContent, content[0].text);
      return structuredContent.total;
    };
    for (let i = 0; i < 5; i++) assertDone(await create());

    // No room for more pages of tables.
    await Deno.writeTextFile(`${data}/full`, "/base/");
    let refusal: ToolAnswer | null = null;
    while (!refusal?.isError) {
      assert(made < 300, "the disk was never full");
      refusal = await create();
    }
    assert(/disk is full; nothing was changed/.test(refusal.content[0].text));
    assertEquals([await probe(`${url}/healthz`), await probe(`${url}/readyz`)], [200, 200]);
    assertEquals(await count(), accepted.length, "what is there can be read");

    // No room for anything: the database stops.
    await Deno.writeTextFile(`${data}/full`, "");
    while (await probe(`${url}/readyz`) === 200) {
      assert(made < 600, "the database never stopped");
      await create();
    }
    assertEquals(await probe(`${url}/healthz`), 200, "it lives");
    assertEquals(await create(), null, "nobody is told that it was done");

    await Deno.remove(`${data}/full`);
    await untilReady(url, GOES_ON_WITHIN_MS);
    for (const search of accepted) {
      const { structuredContent } = await call("list-records", { search });
      assertEquals(structuredContent?.total, 1, search);
    }
    assertDone(await create());
    dev.kill("SIGTERM");
    assertEquals((await dev.status).code, 0);
    const text = await said;
    assert(/DATABASE STOPPED.*Make room/.test(text) && /goes on\./.test(text), text);
  } finally {
    try {
      dev.kill("SIGKILL");
    } catch {
      // It is gone.
    }
    await dev.status;
    await said;
    await Deno.remove(data, { recursive: true });
  }
});
