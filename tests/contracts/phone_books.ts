/**
 * What every keeper of the simulated network's books must do.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type {
  BookedCall,
  NewEntry,
  PhoneBooks,
} from "../../adapters/telephony/simulated/phone_books.ts";
import { newId } from "../../src/kernel/ids.ts";
import { minutes, uniquePhone } from "../support/rows.ts";

/**
 * Registers the suite. All sentences may share one keeper: their calls are due at different times.
 * `sanitize` off where a connection outlives the test.
 */
export function phoneBooksContract(
  name: string,
  open: () => Promise<PhoneBooks>,
  { sanitize = true } = {},
): void {
  const tell = (sentence: string, body: (books: PhoneBooks) => Promise<void>) =>
    Deno.test({
      name: `phone books, ${name}: ${sentence}`,
      sanitizeOps: sanitize,
      sanitizeResources: sanitize,
      fn: async () => await body(await open()),
    });

  tell("a call is booked as it was asked for", async (books) => {
    const asked = bookEntry();
    const expected = { ...asked, nth: 0, requests: 1, pushed: 0, hungUpAt: null };
    assertEquals(await books.ask(asked), expected);
    assertEquals(await books.get(asked.ref), expected);
  });

  tell("asking again changes nothing but the count of requests", async (books) => {
    const asked = bookEntry();
    await books.ask(asked);
    const again = await books.ask({ ...asked, to: uniquePhone(), seed: "other", speed: 3 });
    assertEquals(again, { ...asked, nth: 0, requests: 2, pushed: 0, hungUpAt: null });
  });

  tell("twenty requests at once book one call", async (books) => {
    const asked = bookEntry();
    const lines = await Promise.all(Array.from({ length: 20 }, () => books.ask(asked)));
    const counts = lines.map(({ requests }) => requests).toSorted((a, b) => a - b);
    assertEquals(counts, Array.from({ length: 20 }, (_, i) => i + 1));
    assertEquals((await books.get(asked.ref))?.requests, 20);
  });

  tell("calls to one number are counted, refused ones aside", async (books) => {
    const to = uniquePhone();
    const nth = [];
    for (const refused of [null, "provider_unavailable", null, null] as const) {
      nth.push((await books.ask(bookEntry({ to, refused }))).nth);
    }
    assertEquals(nth, [0, 1, 1, 2]);
  });

  tell("clients do not share calls, even with equal ids", async (books) => {
    const mine = bookEntry();
    const other = bookEntry({ ref: { clientId: newId(new Date()), callId: mine.ref.callId } });
    await books.ask(mine);
    assertEquals(await books.get(other.ref), null);
    await books.ask(other);
    assertEquals((await books.get(mine.ref))?.to, mine.to);
  });

  tell("only calls that are due are claimed, those that are longest due first", async (books) => {
    const due = [minutes(-300), minutes(-302), minutes(-301)];
    const asked = due.map((nextAt) => bookEntry({ nextAt }));
    const idle = bookEntry({ nextAt: null });
    for (const each of [...asked, idle]) await books.ask(each);
    const first = await books.claim(minutes(-301), minutes(-250), 1);
    assertEquals(first.map(({ ref }) => ref), [asked[1].ref]);
    const rest = await books.claim(minutes(-300), minutes(-250), 100);
    assertEquals(new Set(rest.map(({ ref }) => ref.callId)), ids(asked[0], asked[2]));
    assertEquals(await books.claim(minutes(-251), minutes(-200), 100), []);
    const again = await books.claim(minutes(-250), minutes(9999), 100);
    assertEquals(new Set(again.map(({ ref }) => ref.callId)), ids(...asked));
  });

  tell("of many claims at once, one gets a call", async (books) => {
    const asked = Array.from({ length: 10 }, () => bookEntry({ nextAt: minutes(-200) }));
    await Promise.all(asked.map((each) => books.ask(each)));
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => books.claim(minutes(-200), minutes(9999), 100)),
    );
    const claimed = claims.flat().map(({ ref }) => ref.callId);
    assertEquals(claimed.length, 10);
    assertEquals(new Set(claimed), ids(...asked));
  });

  tell("a plan says what was reported, and when more is due", async (books) => {
    const asked = bookEntry();
    await books.ask(asked);
    await books.plan(asked.ref, 3, minutes(-100));
    const line = await books.get(asked.ref);
    assertEquals([line?.pushed, line?.nextAt], [3, minutes(-100)]);
    assertEquals((await books.claim(minutes(-100), minutes(9999), 9)).map((c) => c.ref), [
      asked.ref,
    ]);
    await books.plan(asked.ref, 5, null);
    assertEquals((await books.get(asked.ref))?.nextAt, null);
  });

  tell("the first wish to end a call counts, and makes due what was to come", async (books) => {
    const [live, over] = [bookEntry({ nextAt: minutes(9000) }), bookEntry({ nextAt: null })];
    for (const each of [live, over]) {
      await books.ask(each);
      await books.hangUp(each.ref, minutes(-90));
      await books.hangUp(each.ref, minutes(-80));
    }
    const lines = await Promise.all([live, over].map(({ ref }) => books.get(ref)));
    assertEquals(lines.map((line) => line?.hungUpAt), [minutes(-90), minutes(-90)]);
    assertEquals(lines.map((line) => line?.nextAt), [minutes(-80), null]);
    await books.plan(live.ref, 0, null);
    await books.hangUp(bookEntry().ref, minutes(-90));
  });

  tell("history is booked as it is, once", async (books) => {
    const history: BookedCall[] = Array.from({ length: 1200 }, (_, i) => ({
      ...bookEntry({ dialedAt: minutes(100_000 + i), nextAt: null }),
      nth: i,
      requests: 1,
      pushed: 7,
      hungUpAt: null,
    }));
    await books.add(history);
    await books.add(history.map((call) => ({ ...call, pushed: 0 })));
    assertEquals(await books.get(history[700].ref), history[700]);
    const latest = await books.list(3);
    assertEquals(latest, history.slice(-3).toReversed());
  });

  tell("texts come back as they were", async (books) => {
    const context = { contact: `Zoë "Z" O'Hara \\ 😀`, "parameters.plan": "{a,b}" };
    const outcomes = [{
      name: "fit",
      type: "choice" as const,
      description: "",
      choices: ["a", "b"],
    }];
    const asked = bookEntry({ context, outcomes });
    await books.ask(asked);
    const line = await books.get(asked.ref);
    assert(line);
    assertEquals([line.context, line.outcomes], [context, outcomes]);
  });
}

/** A request that nobody has made before. */
export function bookEntry(overrides: Partial<NewEntry> = {}): NewEntry {
  const now = new Date();
  return {
    ref: { clientId: newId(now), callId: newId(now) },
    to: uniquePhone(),
    ringSeconds: 30,
    maxSeconds: 900,
    outcomes: [{ name: "interested", type: "boolean", description: "Wants to hear more." }],
    context: { contact: "Bo Chen" },
    dialedAt: minutes(0),
    seed: "studio",
    speed: 20,
    refused: null,
    nextAt: minutes(9999),
    ...overrides,
  };
}

function ids(...entries: NewEntry[]): Set<string> {
  return new Set(entries.map(({ ref }) => ref.callId));
}
