import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { presentCost } from "../../adapters/mcp/present/call.ts";
import { moneyText } from "../../adapters/console/ui/format.ts";
import { parseMicros } from "../../src/billing/money.ts";
import { LINK_MINUTES } from "../../src/calls/queries.ts";
import { whenThere } from "../support/skip.ts";
import { addCall, addOrder, addRecord, callNow, report, talk } from "../support/studio.ts";
import { openConsole } from "./harness.ts";
import { HOSTILE, isInert, personWith } from "./people.ts";
import { inBrowser, signIn } from "./scene.ts";
import { SECONDS, tell, TURNS, wholeCall } from "./told_calls.ts";

Deno.test("a call's page shows what was said, what rests on it, and its recording", async () => {
  const house = await openConsole();
  const call = await wholeCall(house);
  const person = await house.signedIn(house.anna);
  const { text, headers } = await person.get(`/calls/${call.id}`);
  for (const turn of TURNS) {
    assertStringIncludes(text, `<p class="turn-text" dir="auto">${turn.text}`);
  }
  assertStringIncludes(text, `Yes<a class="rests-on" href="#turn-1">said at 0:04</a>`);
  assert(!text.includes("#turn-7"), "nothing rests on a turn that is not there");
  const src = /<audio [^>]*src="([^"]+)"/.exec(text)![1].replaceAll("&amp;", "&");
  const recording = await person.get(src);
  assertEquals([recording.status, recording.headers.get("content-type")], [200, "audio/mpeg"]);
  assertStringIncludes(headers.get("content-security-policy")!, "media-src 'self'");
  assert(!text.includes("data-after") && !text.includes("http-equiv"));
});

Deno.test("a call's costs are those that the tools tell", async () => {
  const house = await openConsole();
  const call = await wholeCall(house);
  const person = await house.signedIn(house.anna);
  const rows = async () => {
    const { text } = await person.get(`/calls/${call.id}`);
    const part = text.split('data-part="cost"')[1];
    const found = part.matchAll(/<dt>(?:<strong>)?([^<]+).*?<dd>(?:<strong>)?([^<]+)/g);
    return Object.fromEntries([...found].map(([, term, value]) => [term, value]));
  };
  const { totalPrice, operationalCost, margin } = presentCost(await callNow(house, call));
  const usd = (amount = "") => moneyText(parseMicros("amount", amount), "USD");
  const own = { Setup: "$0.01", Minutes: "$0.04", Price: usd(totalPrice) };
  const agent = { "Agent platform": usd(operationalCost) };
  assertEquals(await rows(), { ...own, ...agent, "Phone network": "–", Margin: usd(margin) });
  await report(house, call, { type: "phone_cost", cost: { amount: 20_000n, currency: "EUR" } });
  assertEquals(await rows(), { ...own, ...agent, "Phone network": "€0.02" });
});

Deno.test("a live call says what is reserved for it, a missed one that nothing was said", async () => {
  const house = await openConsole();
  const call = await addCall(house);
  const person = await house.signedIn(house.anna);
  const live = (await person.get(`/calls/${call.id}`)).text;
  assertStringIncludes(live, moneyText(call.reserved, "USD"));
  assertStringIncludes(live, `<meta http-equiv="refresh" content="5"`);
  await report(house, call, { type: "ended", reason: "busy", durationSeconds: null });
  const missed = (await person.get(`/calls/${call.id}`)).text;
  assertStringIncludes(missed, "The call was never answered (busy)");
  assert(!missed.includes("http-equiv"));
});

Deno.test("a request for news is answered when the status is another, or after a while", async () => {
  const house = await openConsole();
  const { clock } = house;
  const call = await addCall(house);
  const person = await house.signedIn(house.anna);
  const { status } = await callNow(house, call);
  const news = () => person.get(`/calls/${call.id}?after=${status}`);
  let answered = false;
  const first = news().finally(() => answered = true);
  await clock.advance(5000);
  assertEquals(answered, false);
  await report(house, call, { type: "ringing" });
  await clock.advance(1000);
  assertStringIncludes((await first).text, 'data-after="ringing"');
  assertStringIncludes((await news()).text, 'data-after="ringing"');
  let waiting = true;
  const second = person.get(`/calls/${call.id}?after=ringing`).finally(() => waiting = false);
  // Who asks is hashed on another thread: the wait may begin later than the clock is moved.
  while (waiting) await clock.advance(1000);
  assertStringIncludes((await second).text, 'data-after="ringing"');
});

Deno.test("a request for news is answered at once when the server is about to stop", async () => {
  const house = await openConsole();
  const call = await addCall(house);
  const { status } = await callNow(house, call);
  const person = await house.signedIn(house.anna);
  const news = person.get(`/calls/${call.id}?after=${status}`);
  await house.clock.advance(1000);
  house.stop();
  assertStringIncludes((await news).text, `data-after="${status}"`);
});

Deno.test("a page that waits for its transcript looks again for a few minutes only", async () => {
  const house = await openConsole();
  const call = await addCall(house);
  await talk(house, call, 20);
  const person = await house.signedIn(house.anna);
  const again = async () => (await person.get(`/calls/${call.id}`)).text.includes("data-again");
  assertEquals(await again(), true);
  await house.clock.advance(4 * 60_000);
  assertEquals(await again(), false);
});

Deno.test("what callers and agents say is text, wherever it is shown", async () => {
  const house = await openConsole();
  const record = await addRecord(house, { name: HOSTILE });
  const call = await addCall(house, await addOrder(house, {}, record));
  await talk(house, call, SECONDS);
  await tell(house, call, TURNS.map((turn) => ({ ...turn, text: HOSTILE })));
  const person = await house.signedIn(house.anna);
  const { text } = await person.get(`/calls/${call.id}`);
  isInert(text);
  assertEquals(text.split("&lt;script&gt;").length - 1 >= 7, true);
  isInert((await person.get("/calls")).text);
});

Deno.test("who may not see calls is told which permission is missing", async () => {
  const house = await openConsole();
  const call = await wholeCall(house);
  const person = await house.signedIn(await personWith(house, []));
  const { id } = house.company.campaign;
  for (const path of ["/calls", `/campaigns/${id}/calls`, `/calls/${call.id}`, "/calls/x"]) {
    const { status, text } = await person.get(path);
    assertEquals(status, 403, path);
    assertStringIncludes(text, "Your role does not let you see calls");
    assertStringIncludes(text, "Missing required permission [calls.view]");
    assert(!text.includes(TURNS[1].text));
  }
  assertEquals((await person.get(`/campaigns/${id}`)).status, 200);
});

Deno.test("another client's call reads like one that does not exist", async () => {
  const house = await openConsole();
  const call = await wholeCall(house);
  const stranger = await house.signedIn(house.otto);
  const { text } = await stranger.get("/no/such/page");
  for (const query of ["", "?after=queued"]) {
    const seen = await stranger.get(`/calls/${call.id}${query}`);
    assertEquals([seen.status, seen.text], [404, text]);
  }
});

Deno.test("calls are found by campaign, state and end reason, page by page", async () => {
  const house = await openConsole();
  const { company: { campaign } } = house;
  const named = async (name: string) =>
    await addCall(house, await addOrder(house, {}, await addRecord(house, { name })));
  await talk(house, await named("Talked"), 5);
  const busy = await named("Engaged");
  await report(house, busy, { type: "ended", reason: "busy", durationSeconds: null });
  await named("Going on");
  const person = await house.signedIn(house.anna);
  const found = async (path: string) => {
    const { text } = await person.get(path);
    return [...text.matchAll(/<bdi>([^<]+)<\/bdi><\/a><small>/g)].map(([, name]) => name).sort();
  };
  assertEquals(await found("/calls?campaign=&status=&reason="), ["Engaged", "Going on", "Talked"]);
  assertEquals(await found("/calls?status=live"), ["Going on"]);
  assertEquals(await found("/calls?reason=busy"), ["Engaged"]);
  assertEquals(await found(`/calls?campaign=${campaign.id}&status=ended`), ["Engaged", "Talked"]);
  assertEquals(await found(`/campaigns/${campaign.id}/calls?reason=contact_hangup`), ["Talked"]);
  const none = await person.get("/calls?reason=voicemail");
  assertStringIncludes(none.text, "No call matches");
  for (let i = 0; i < 19; i++) await talk(house, await addCall(house), 1);
  const { text } = await person.get("/calls?status=ended");
  assertStringIncludes(text, 'href="/calls?status=ended&amp;page=2"');
});

Deno.test("with the database down a call's page says so, and then is there again", async () => {
  const house = await openConsole();
  const call = await wholeCall(house);
  const person = await house.signedIn(house.anna);
  house.store.down = true;
  const down = await person.get(`/calls/${call.id}`);
  assertEquals([down.status, down.headers.get("refresh")], [503, "5"]);
  house.store.down = false;
  assertEquals((await person.get(`/calls/${call.id}`)).status, 200);
});

whenThere("chromium", "a call's page in a real browser", () => {
  Deno.test("a live call's page follows it to its end, through a server that is away", async () => {
    await inBrowser(async ({ browser, house, origin }) => {
      const call = await addCall(house);
      const page = await (await browser.person()).newPage();
      await signIn(page, house, origin);
      await page.goto(`${origin}/calls/${call.id}`);
      await page.getByText("Live: this page follows the call.").waitFor();
      let loads = 0;
      page.on("framenavigated", () => loads++);
      const news = page.getByRole("status");

      await report(house, call, { type: "ringing" });
      await house.clock.advance(1000);
      await news.getByText("The call is ringing.").waitFor({ state: "attached" });
      house.store.down = true;
      // Whoever waits is woken, and finds the database away.
      await house.clock.advance(1000);
      await news.getByText("The connection is lost.").waitFor();
      house.store.down = false;
      await talk(house, call, SECONDS);
      await page.getByText("are on their way").waitFor();
      await tell(house, call);
      await page.getByText(TURNS[1].text).last().waitFor();
      await news.getByText("Its transcript is there.").waitFor({ state: "attached" });
      assertEquals(await page.locator("#call[data-after], #call[data-again]").count(), 0);
      await page.getByRole("button", { name: "Play from 0:12" }).click();
      await page.locator("#turn-2[aria-current]").waitFor();
      assertEquals(loads, 0);
    });
  });

  Deno.test("a click on a turn's time plays the recording from there, and marks the turn", async () => {
    await inBrowser(async ({ browser, house, origin }) => {
      const call = await wholeCall(house);
      const page = await (await browser.person()).newPage();
      await signIn(page, house, origin);
      await page.goto(`${origin}/calls/${call.id}`);
      await page.getByRole("button", { name: "Play from 0:12" }).click();
      await page.locator("#turn-2[aria-current]").waitFor();
      const at = await page.locator("audio").evaluate((audio: { currentTime: number }) =>
        audio.currentTime
      );
      assert(at >= 12, `plays at ${at}`);
      await page.getByRole("button", { name: "Play from 0:04" }).click();
      await page.locator("#turn-1[aria-current]").waitFor();
      assertEquals(await page.locator(".turns [aria-current]").count(), 1);
    });
  });

  Deno.test("a recording whose link has expired gets a new one, and can be heard", async () => {
    await inBrowser(async ({ browser, house, origin }) => {
      const call = await wholeCall(house);
      const page = await (await browser.person()).newPage();
      await signIn(page, house, origin);
      const links: string[] = [];
      await page.route("**/recordings/**", async (route) => {
        // The first one is too old by the time it is asked for.
        if (links.length === 0) await house.clock.advance((LINK_MINUTES + 1) * 60_000);
        links.push(route.request().url());
        await route.continue();
      });
      await page.goto(`${origin}/calls/${call.id}`);
      await page.getByRole("button", { name: "Play from 0:12" }).click();
      await page.locator("#turn-2[aria-current]").waitFor();
      assertNotEquals(links.at(-1), links[0]);
    });
  });

  Deno.test("without scripts a call's times are plain, and a live call's page is loaded again", async () => {
    await inBrowser(async ({ browser, house, origin }) => {
      const call = await wholeCall(house);
      const page = await (await browser.person({ javaScriptEnabled: false })).newPage();
      await signIn(page, house, origin);
      await page.goto(`${origin}/calls/${call.id}`);
      await page.getByText("0:12", { exact: true }).waitFor();
      assertEquals(await page.getByRole("button", { name: /Play/ }).count(), 0);
      const live = await addCall(house);
      await page.goto(`${origin}/calls/${live.id}`);
      await report(house, live, { type: "ended", reason: "busy", durationSeconds: null });
      await page.getByText("The call was never answered (busy)").waitFor();
    });
  });
});
