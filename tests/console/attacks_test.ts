/**
 * Attacks on every page that there is, in one file because all of them walk the same routes: the routes are those of `pages/mod.ts`, so a new page is
 * attacked as soon as it is listed there, and one whose parts of the address are unknown here fails.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PAGES } from "../../adapters/console/pages/mod.ts";
import type { PageRoute } from "../../adapters/console/visit.tsx";
import { openBrowser } from "../support/browser.ts";
import { whenThere } from "../support/skip.ts";
import { contentsOf } from "../support/watched_store.ts";
import type { World } from "../support/world.ts";
import { type ConsoleUnderTest, openConsole, type Seen, type Visitor } from "./harness.ts";
import { EVIL, evilWorld, insertEvil } from "./evil_world.ts";

const FOREIGN = "https://evil.example";

/** What a part of the address stands for, by the address up to it. */
const SUBJECTS: Record<string, (world: World) => string> = {
  "/campaigns/:uuid": ({ campaign }) => campaign.id,
  "/records/:uuid": ({ record }) => record.id,
  "/records/:uuid/orders/:orderUuid": ({ order }) => order.id,
  "/calls/:uuid": ({ past }) => past.id,
  "/imports/:uuid": ({ contactImport }) => contactImport.id,
  "/profile/security/tokens/:uuid": ({ token }) => token.id,
  "/profile/security/sessions/:uuid": ({ session }) => session.id,
  "/operator/clients/:uuid": ({ client }) => client.id,
  "/operator/clients/:uuid/users/:userUuid": ({ user }) => user.id,
};

interface Scene {
  house: ConsoleUnderTest;
  mine: World;
  theirs: World;
  /** Admin of the first world's client. */
  member: Visitor;
  master: Visitor;
}

/** Two companies of which every text is an attack, an admin of the first one, and a master. */
async function openScene(publicUrl?: URL): Promise<Scene> {
  const house = await openConsole(publicUrl);
  const [mine, theirs] = [evilWorld(), evilWorld()];
  for (const world of [mine, theirs]) await insertEvil(house, world);
  const member = await house.signedIn(mine.user);
  return { house, mine, theirs, member, master: await house.signedIn(house.olga) };
}

/** A page's address, with the uuids that `uuidOf` gives for its parts. */
function fill(path: string, uuidOf: (subject: (world: World) => string) => string): string {
  return path.replaceAll(/:\w+/g, (_, at: number) => {
    const known = path.slice(0, at) + /^:\w+/.exec(path.slice(at))![0];
    const subject = SUBJECTS[known];
    assert(subject, `say in SUBJECTS what ${known} stands for, so that its pages are attacked`);
    return uuidOf(subject);
  });
}

function of(world: World) {
  return (subject: (world: World) => string) => subject(world);
}

/** A uuid that nobody has, but the same each time for a subject. */
function random(): (subject: (world: World) => string) => string {
  const uuids = new Map<unknown, string>();
  return (subject) => {
    if (!uuids.has(subject)) uuids.set(subject, crypto.randomUUID());
    return uuids.get(subject)!;
  };
}

/** Each way to a page: a master sees a client's pages under that client. */
function waysTo({ master, member, mine }: Scene, page: PageRoute): [Visitor, string][] {
  const path = fill(page.path, of(mine));
  if (page.masterOnly) return [[master, path]];
  const narrowed: [Visitor, string][] = page.ofClient
    ? [[master, `/clients/${mine.client.id}${path}`]]
    : [];
  return [[member, path], ...narrowed];
}

const READS = PAGES.filter(({ get }) => get);
const WRITES = PAGES.filter(({ post }) => post);
/** Pages that name something, other than the operator's, who may see everything. */
const NAMING = PAGES.filter(({ path, masterOnly }) => path.includes(":") && !masterOnly);

Deno.test("no form works from another site, or from nowhere, or without a session", async () => {
  const scene = await openScene();
  const { house, member, master } = scene;
  const before = await contentsOf(house.store);
  for (const page of WRITES) {
    for (const [visitor, path] of waysTo(scene, page)) {
      for (const origin of [FOREIGN, "null", null]) {
        const { status } = await visitor.post(path, {}, { origin });
        assertEquals(status, 403, `${path} from ${origin}`);
      }
      const asked = await house.visitor().post(path, {});
      assertEquals([asked.status, asked.headers.get("location")], [303, "/sign-in?to=%2F"], path);
      const planted = house.visitor();
      planted.cookies.set("__Host-session", "A".repeat(43));
      assertEquals((await planted.post(path, {})).status, 303, path);
    }
  }
  assertEquals(await contentsOf(house.store), before);
  assert(member.cookies.size && master.cookies.size);
});

Deno.test("who is not signed in is sent to sign in, and afterwards back here and nowhere else", async () => {
  const scene = await openScene();
  for (const page of READS) {
    for (const [, path] of waysTo(scene, page)) {
      const { status, headers } = await scene.house.visitor().get(`${path}?to=${FOREIGN}`);
      const to = encodeURIComponent(`${path}?to=${FOREIGN}`);
      assertEquals([status, headers.get("location")], [303, `/sign-in?to=${to}`]);
    }
  }
});

Deno.test("another client's uuid reads like one that nobody has, in every address, and changes nothing", async () => {
  const scene = await openScene();
  const { house, member, mine, theirs } = scene;
  const names = await fieldNames(scene);
  const before = await contentsOf(house.store);
  for (const page of NAMING) {
    const absent = fill(page.path, random());
    const foreign = fill(page.path, of(theirs));
    const pairs = [[foreign, absent]];
    if (page.ofClient) {
      const own = fill(page.path, of(mine));
      pairs.push([
        `/clients/${theirs.client.id}${foreign}`,
        `/clients/${theirs.client.id}${absent}`,
      ]);
      pairs.push([`/clients/${theirs.client.id}${own}`, `/clients/${crypto.randomUUID()}${own}`]);
    }
    for (const [path, like] of pairs) {
      if (page.get) {
        const [seen, expected] = [await member.get(path), await member.get(like)];
        assertEquals(alike(seen), alike(expected), path);
        assertEquals(seen.status, 404, path);
      }
      if (page.post) {
        for (const fields of [{}, allFields(names, "1"), allFields(names, theirs.campaign.id)]) {
          const [seen, expected] = [
            await member.post(path, fields),
            await member.post(like, fields),
          ];
          assertEquals(alike(seen), alike(expected), path);
        }
      }
    }
  }
  for (const page of PAGES.filter(({ masterOnly }) => masterOnly)) {
    for (const world of [mine, theirs]) {
      const path = fill(page.path, of(world));
      if (page.get) assertEquals((await member.get(path)).status, 404, path);
      if (page.post) assertEquals((await member.post(path, {})).status, 404, path);
    }
  }
  assertEquals(await contentsOf(house.store), before);
});

Deno.test("a master who looks at one client finds and changes nothing of another's there", async () => {
  const scene = await openScene();
  const { house, master, mine, theirs } = scene;
  const before = await contentsOf(house.store);
  for (const page of NAMING.filter(({ ofClient }) => ofClient)) {
    const path = `/clients/${mine.client.id}${fill(page.path, of(theirs))}`;
    const like = `/clients/${mine.client.id}${fill(page.path, random())}`;
    if (page.get) {
      const seen = await master.get(path);
      assertEquals(alike(seen), alike(await master.get(like)), path);
      assertEquals(seen.status, 404, path);
    }
    if (page.post) {
      assertEquals(alike(await master.post(path)), alike(await master.post(like)), path);
    }
  }
  assertEquals(await contentsOf(house.store), before);
});

Deno.test("a form of one's own page that names rows of another client changes nothing of theirs", async () => {
  const scene = await openScene();
  const { house, member, mine, theirs } = scene;
  const rowsOfTheirs = async () =>
    JSON.stringify(
      await contentsOf(house.store),
      (_, value) => typeof value === "bigint" ? String(value) : value,
    ).split(theirs.client.id).length;
  const before = await rowsOfTheirs();
  const names = await fieldNames(scene);
  const ids = [theirs.campaign, theirs.type, theirs.record, theirs.order, theirs.user];
  for (const page of WRITES.filter(({ masterOnly }) => !masterOnly)) {
    for (const { id } of ids) {
      await member.post(fill(page.path, of(mine)), allFields(names, id));
    }
  }
  assertEquals(await rowsOfTheirs(), before);
});

Deno.test("what a form or an address says comes back as text, if at all", async () => {
  const scene = await openScene();
  const names = await fieldNames(scene);
  assert(names.size > 10, [...names].join(" "));
  const query = new URLSearchParams(allFields(names, EVIL));
  for (const page of PAGES) {
    for (const [visitor, path] of waysTo(scene, page)) {
      if (page.get) assertInert(await visitor.get(`${path}?${query}`), path);
      if (page.post) assertInert(await visitor.post(path, allFields(names, EVIL)), path);
    }
  }
});

Deno.test("files to download are never shown as pages", async () => {
  const scene = await openScene();
  for (const page of READS) {
    for (const [visitor, path] of waysTo(scene, page)) {
      const { headers, status } = await visitor.get(path);
      assertEquals(status, 200, path);
      assertEquals(headers.get("x-content-type-options"), "nosniff", path);
      if (headers.get("content-type")?.startsWith("text/html")) continue;
      assertStringIncludes(headers.get("content-disposition") ?? "", "attachment", path);
      assertStringIncludes(headers.get("content-security-policy") ?? "", "default-src 'none'");
    }
  }
});

Deno.test("the log tells which page was asked for, and none of the uuids in its address", async () => {
  const scene = await openScene();
  const { logged } = scene.house;
  for (const page of PAGES) {
    for (const [visitor, path] of waysTo(scene, page)) {
      const narrowed = path.startsWith("/clients/") ? "/clients/:clientUuid" : "";
      if (page.get) await visitor.get(path);
      else await visitor.post(path, {});
      assertEquals(logged.at(-1)?.fields.route, narrowed + page.path);
      await scene.house.visitor().post(path, {}, { origin: FOREIGN });
      assertEquals(logged.at(-1)?.fields.route, "other");
    }
  }
});

whenThere("chromium", "stored attacks in a real browser", () => {
  Deno.test("whatever is stored is text on every page: no element, no script, nothing blocked", async () => {
    const ready = Promise.withResolvers<Scene>();
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) => (await ready.promise).house.fetch(request),
    );
    const origin = `http://127.0.0.1:${server.addr.port}`;
    const scene = await openScene(new URL(origin));
    ready.resolve(scene);
    const browser = await openBrowser();
    const problems: string[] = [];
    let shown = 0;
    try {
      for (const visitor of [scene.member, scene.master]) {
        const context = await browser.person();
        await context.addCookies([...visitor.cookies].map(([name, value]) => ({
          name,
          value,
          url: origin,
        })));
        const tab = await context.newPage();
        let at = "";
        tab.on("dialog", async (dialog) => {
          problems.push(`${at}: a dialog`);
          await dialog.dismiss();
        });
        tab.on("console", (message) => {
          if (message.type() === "error") problems.push(`${at}: ${message.text()}`);
        });
        tab.on("pageerror", (error) => problems.push(`${at}: ${error.message}`));
        for (const page of READS) {
          for (const [by, path] of waysTo(scene, page)) {
            const { headers } = await by.get(path);
            if (by !== visitor || !headers.get("content-type")?.startsWith("text/html")) continue;
            at = path;
            await tab.goto(origin + path);
            const [elements, texts] = await tab.evaluate<[number, number]>(
              `[document.querySelectorAll("[data-evil]").length,
                document.body.textContent.split("data-evil").length - 1]`,
            );
            if (elements > 0) problems.push(`${path}: ${elements} elements were made`);
            if (texts > 0) shown++;
          }
        }
      }
    } finally {
      await browser.close();
      await server.shutdown();
    }
    assertEquals(problems, []);
    // The attack was there to be seen, on nearly every page.
    assert(shown > READS.length / 2, `${shown} of ${READS.length} pages showed it`);
  });
});

/** A page without what differs by itself: the uuids of the address, and new ones in forms. */
function alike({ status, text, headers }: Seen): unknown[] {
  const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
  const location = headers.get("location")?.replaceAll(uuid, "…");
  return [status, location, text.replaceAll(uuid, "…")];
}

/** Names of every field on every page. */
async function fieldNames(scene: Scene): Promise<Set<string>> {
  const names = new Set<string>(["page", "q", "done", "to"]);
  for (const page of READS) {
    for (const [visitor, path] of waysTo(scene, page)) {
      const { text } = await visitor.get(path);
      for (const [, name] of text.matchAll(/<(?:input|select|textarea)[^>]* name="(\w+)"/g)) {
        names.add(name);
      }
    }
  }
  return names;
}

function allFields(names: Set<string>, value: string): Record<string, string> {
  return Object.fromEntries([...names].map((name) => [name, value]));
}

function assertInert({ text, headers }: Seen, path: string): void {
  if (!headers.get("content-type")?.startsWith("text/html")) return;
  const found = /<[^>"]*data-evil|<img src=x/.exec(text);
  assertEquals(found && text.slice(found.index - 100, found.index + 100), null, path);
  assert(!headers.get("location")?.includes("evil.example"), path);
}
