/**
 * What the store owes records, their types and notes; searching has a file of its own. One file,
 * because it is one port's whole specification, told method by method.
 */
import { assertEquals, assertRejects } from "@std/assert";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { type ContactRecord, RECORD_STATUSES } from "../../src/records/record.ts";
import {
  callRow,
  ended,
  minutes,
  NOON,
  noteRow,
  orderRow,
  recordRow,
  recordTypeRow,
  unique,
  uniquePhone,
} from "../support/rows.ts";
import { type Company, refOf } from "../support/world.ts";
import { PAGE, walk } from "./paging.ts";
import { atOnce, contract, newCompany, scopeOf, type Tell } from "./suite.ts";

function listed({ timeZone: _zone, consent: _consent, ...shown }: ContactRecord) {
  return shown;
}

/** The contract of `RecordRepo`, but for searching. */
export const recordRepoContract = contract("RecordRepo", (tell) => {
  tellOfRecords(tell);
  tellOfNumbers(tell);
  tellOfTypes(tell);
  tellOfNotes(tell);
});

function tellOfRecords(tell: Tell): void {
  tell("gives back a record as it was written, in every field", async (uow) => {
    const company = await newCompany(uow);
    const full = recordRow(company.type, {
      name: 'Élodie O\'Hara \\ "50%" 🦊',
      firstName: "Élodie",
      lastName: "O'Hara",
      email: "Elodie@Example.com",
      country: "FR",
      status: "archived",
      timeZone: "Europe/Paris",
      consent: { at: new Date("2026-01-02T03:04:05.006Z"), source: "Web form" },
      doNotCallAt: new Date("1999-12-31T23:59:59.999Z"),
      createdAt: new Date("2026-03-29T01:59:59.001Z"),
      updatedAt: new Date("2026-10-25T01:30:00.999Z"),
    });
    const { id, clientId, typeId, phoneNumber, createdAt, updatedAt } = recordRow(company.type);
    const bare: ContactRecord = {
      ...{ id, clientId, typeId, phoneNumber, createdAt, updatedAt, name: "X", parameters: {} },
      ...{ firstName: null, lastName: null, email: null, country: null, status: "active" },
      ...{ timeZone: null, consent: null, doNotCallAt: null },
    };
    for (const record of [full, bare]) {
      await insert(uow, company, record);
      assertEquals(await get(uow, company, record.id), {
        record,
        typeName: company.type.name,
        clientName: company.client.name,
        numberListedAt: null,
      });
      const locked = await uow.run(scopeOf(company), ({ records }) => records.lock(record.id));
      assertEquals(locked, record);
    }
  });

  tell("tells since when a number is on its own client's do-not-call list", async (uow) => {
    const [company, other] = [await newCompany(uow), await newCompany(uow)];
    const phoneNumber = uniquePhone();
    const [one, theirs] = [company, other].map(({ type }) => recordRow(type, { phoneNumber }));
    await insert(uow, company, one);
    await insert(uow, other, theirs);
    const at = minutes(7);
    await uow.run(
      scopeOf(company),
      ({ doNotCall }) => doNotCall.add(one.clientId, phoneNumber, at),
    );
    assertEquals((await get(uow, company, one.id))?.numberListedAt, at);
    assertEquals((await get(uow, other, theirs.id))?.numberListedAt, null);
    for (const [from, expected] of [[company, at], [other, null]] as const) {
      const page = { page: 1, limit: 100 };
      const { items } = await uow.read(scopeOf(from), ({ records }) => records.list({}, page));
      assertEquals(items.map(({ numberListedAt }) => numberListedAt), [expected]);
    }
  });

  tell("gives back parameters as they were written, whatever JSON they hold", async (uow) => {
    const company = await newCompany(uow);
    const parameters = JSON.parse(
      `{"text":"\\"quoted\\" \\\\ \\u00e9 🦊\\n\\ttab","empty":"","zero":0,"no":false,"none":null,
        "tiny":1e-7,"big":1e21,"precise":0.1,"whole":9007199254740991,"negative":-12.5,
        "list":[1,"2",[3,{"four":[]}],null],"nested":{"a":{"b":{"c":{}}}},
        "ключ":"значение","":"empty key","__proto__":{"polluted":true},"a.b $1 %s":"odd key"}`,
    );
    const record = recordRow(company.type, { parameters });
    await insert(uow, company, record);
    assertEquals((await get(uow, company, record.id))?.record, record);
  });

  tell("changes every field that may change, and no other record", async (uow) => {
    const company = await newCompany(uow);
    const [before, other] = [recordRow(company.type), recordRow(company.type)];
    await insert(uow, company, before);
    await insert(uow, company, other);
    const after = recordRow(company.type, {
      ...{ id: before.id, name: "Changed", firstName: "C", lastName: "D", email: "c@example.com" },
      ...{ country: null, status: "inactive", timeZone: "Asia/Dubai", doNotCallAt: minutes(3) },
      ...{ consent: { at: minutes(1), source: "Call" }, parameters: { a: [1] } },
      updatedAt: minutes(2),
    });
    await uow.run(scopeOf(company), ({ records }) => records.update(after));
    assertEquals((await get(uow, company, before.id))?.record, after);
    assertEquals((await get(uow, company, other.id))?.record, other);
    await uow.run(scopeOf(company), ({ records }) => records.update(before));
    assertEquals((await get(uow, company, before.id))?.record, before);
  });

  tell("knows nothing of what was never written", async (uow) => {
    const company = await newCompany(uow);
    const missing = recordRow(company.type);
    assertEquals(await get(uow, company, missing.id), null);
    const locked = uow.run(scopeOf(company), ({ records }) => records.lock(missing.id));
    assertEquals(await locked, null);
    await assertRejects(() => uow.run(scopeOf(company), ({ records }) => records.update(missing)));
  });

  tell("pages newest first, without loss or repeat among equal times", async (uow) => {
    const company = await newCompany(uow);
    const rows = Array.from({ length: 23 }, (_, index) =>
      recordRow(company.type, {
        createdAt: index < 20 ? NOON : new Date(NOON.getTime() + index - 21),
      }));
    await uow.run(scopeOf(company), async ({ records }) => {
      for (const row of rows) await records.insert(row);
    });
    await walk(
      rows.map(listed),
      (row) => row.createdAt,
      (page) =>
        uow.read(scopeOf(company), async ({ records }) => {
          const { items, total } = await records.list({}, page);
          return { items: items.map(({ record }) => record), total };
        }),
    );
  });

  tell("lists by status and by type, with a total", async (uow) => {
    const company = await newCompany(uow);
    const type = recordTypeRow(company.client);
    await uow.run(scopeOf(company), ({ records }) => records.saveType(type));
    const rows = [company.type, type].flatMap((of) =>
      RECORD_STATUSES.map((status) => recordRow(of, { status }))
    );
    for (const row of rows) await insert(uow, company, row);
    for (const status of [undefined, ...RECORD_STATUSES]) {
      for (const typeId of [undefined, type.id]) {
        const { items, total } = await uow.read(
          scopeOf(company),
          ({ records }) => records.list({ status, typeId }, PAGE),
        );
        const expected = rows.filter((row) =>
          (!status || row.status === status) && (!typeId || row.typeId === typeId)
        );
        assertEquals(total, expected.length);
        assertEquals(
          new Set(items.map(({ record }) => record.id)),
          new Set(expected.map(({ id }) => id)),
        );
        const ofAll = await uow.read(
          "all",
          ({ records }) => records.list({ status, typeId: expected[0].typeId }, PAGE),
        );
        const named = ofAll.items.find(({ record }) => record.id === expected[0].id);
        assertEquals([named?.record, named?.clientName], [
          listed(expected[0]),
          company.client.name,
        ]);
        assertEquals(
          items.map(({ record, clientName }) => [record, clientName]),
          items.map(({ record }) => [listed(rows.find(({ id }) => id === record.id)!), null]),
        );
      }
    }
  });

  tell("counts what there is about a record", async (uow) => {
    const company = await newCompany(uow);
    const { campaign, assistant } = company;
    const [record, other] = [recordRow(company.type), recordRow(company.type)];
    for (const row of [record, other]) await insert(uow, company, row);
    const counts = (id: string) => uow.read(scopeOf(company), ({ records }) => records.counts(id));
    const none = { ordersByStatus: {}, calls: 0, outcomes: 0, notes: 0 };
    assertEquals(await counts(record.id), none);
    const orders = (["planned", "failed", "failed"] as const).map((status) =>
      orderRow(record, campaign, { status })
    );
    const placed = [0, 1].map(() => callRow(orders[0], assistant, ended()));
    const outcome = { name: "interested", type: "boolean" as const, value: true, turn: null };
    await uow.run(scopeOf(company), async ({ callOrders, calls, records }) => {
      for (const order of orders) await callOrders.insert(order);
      for (const call of placed) await calls.insert(call);
      await calls.saveOutcomes(refOf(placed[0]), [outcome, { ...outcome, name: "budget" }]);
      await calls.saveOutcomes(refOf(placed[1]), [outcome]);
      for (let i = 0; i < 4; i++) await records.addNote(noteRow(record));
    });
    assertEquals(await counts(record.id), {
      ordersByStatus: { planned: 1, failed: 2 },
      calls: 2,
      outcomes: 3,
      notes: 4,
    });
    assertEquals(await counts(other.id), none);
  });
}

function tellOfNumbers(tell: Tell): void {
  tell("names the record of the type that has the number already", async (uow) => {
    const company = await newCompany(uow);
    const type = recordTypeRow(company.client);
    await uow.run(scopeOf(company), ({ records }) => records.saveType(type));
    const first = recordRow(company.type, { status: "archived" });
    const { phoneNumber } = first;
    assertEquals(await insert(uow, company, first), null);
    const second = recordRow(company.type, { phoneNumber });
    assertEquals(await insert(uow, company, second), first.id);
    assertEquals(await get(uow, company, second.id), null);
    const elsewhere = recordRow(type, { phoneNumber });
    assertEquals(await insert(uow, company, elsewhere), null);
    const [here, there, nowhere] = await uow.read(scopeOf(company), ({ records }) =>
      Promise.all([
        records.idByPhone(company.client.id, company.type.id, phoneNumber),
        records.idByPhone(company.client.id, type.id, phoneNumber),
        records.idByPhone(company.client.id, type.id, "+14155550000"),
      ]));
    assertEquals([here, there, nowhere], [first.id, elsewhere.id, null]);
  });

  tell("lets two clients have the same number", async (uow) => {
    const [one, two] = [await newCompany(uow), await newCompany(uow)];
    const record = recordRow(one.type);
    await insert(uow, one, record);
    const same = recordRow(two.type, { phoneNumber: record.phoneNumber });
    assertEquals(await insert(uow, two, same), null);
  });

  tell("goes on with the transaction after a number that is taken", async (uow) => {
    const company = await newCompany(uow);
    const first = recordRow(company.type);
    const next = recordRow(company.type);
    await uow.run(scopeOf(company), async ({ records }) => {
      await records.insert(first);
      const again = recordRow(company.type, { phoneNumber: first.phoneNumber });
      assertEquals(await records.insert(again), first.id);
      await records.insert(next);
    });
    assertEquals((await get(uow, company, next.id))?.record, next);
  });

  tell("lets one of twenty inserts of a number at once win, and tells the rest", async (uow) => {
    const company = await newCompany(uow);
    const { phoneNumber } = recordRow(company.type);
    const rows = Array.from({ length: 20 }, () => recordRow(company.type, { phoneNumber }));
    const answers = await atOnce(20, (index) => insert(uow, company, rows[index]));
    const winners = rows.filter((_, index) => answers[index] === null);
    assertEquals(winners.length, 1);
    assertEquals(answers.filter((id) => id === winners[0].id).length, 19);
    const { total } = await uow.read(
      scopeOf(company),
      ({ records }) => records.list({}, PAGE),
    );
    assertEquals(total, 1);
  });

  tell("rejects an update to a number that another record of the type has", async (uow) => {
    const company = await newCompany(uow);
    const [first, second] = [recordRow(company.type), recordRow(company.type)];
    await insert(uow, company, first);
    await insert(uow, company, second);
    const taken = { ...second, phoneNumber: first.phoneNumber };
    await assertRejects(() => uow.run(scopeOf(company), ({ records }) => records.update(taken)));
    assertEquals((await get(uow, company, second.id))?.record, second);
  });
}

function tellOfTypes(tell: Tell): void {
  tell("gives back a record type as it was saved last", async (uow) => {
    const company = await newCompany(uow);
    const { client, type } = company;
    const found = (name: string) =>
      uow.read(
        scopeOf(company),
        ({ records }) =>
          Promise.all([records.getType(type.id), records.typeByName(client.id, name)]),
      );
    assertEquals(await found(type.name.toUpperCase()), [type, type]);
    const changed = { ...type, name: unique("Patient"), description: "Of the clinic" };
    await uow.run(scopeOf(company), ({ records }) => records.saveType(changed));
    assertEquals(await found(type.name), [changed, null]);
  });

  tell("refuses two types of one name, but in two clients", async (uow) => {
    const [company, other] = [await newCompany(uow), await newCompany(uow)];
    const name = company.type.name.toUpperCase();
    await assertRejects(() =>
      uow.run(
        scopeOf(company),
        ({ records }) => records.saveType(recordTypeRow(company.client, { name })),
      )
    );
    await uow.run(
      scopeOf(other),
      ({ records }) => records.saveType(recordTypeRow(other.client, { name })),
    );
  });

  tell("pages types newest first, with their number of records", async (uow) => {
    const company = await newCompany(uow);
    const types = Array.from(
      { length: 12 },
      (_, index) => recordTypeRow(company.client, { createdAt: minutes(index < 9 ? -1 : -index) }),
    );
    await uow.run(scopeOf(company), async ({ records }) => {
      for (const type of types) await records.saveType(type);
      for (let i = 0; i < 3; i++) await records.insert(recordRow(types[4]));
    });
    const all = [...types, company.type];
    await walk(
      all,
      (type) => type.createdAt,
      (page) =>
        uow.read(scopeOf(company), async ({ records }) => {
          const { items, total } = await records.listTypes(page);
          for (const { type, clientName, records } of items) {
            assertEquals(clientName, company.client.name);
            assertEquals(records, type.id === types[4].id ? 3 : 0);
          }
          return { items: items.map(({ type }) => type), total };
        }),
    );
  });
}

function tellOfNotes(tell: Tell): void {
  tell("keeps notes, and shows the latest first", async (uow) => {
    const company = await newCompany(uow);
    const [record, other] = [recordRow(company.type), recordRow(company.type)];
    for (const row of [record, other]) await insert(uow, company, row);
    const notes = [0, 3, 2, 1].map((age) => noteRow(record, { at: minutes(-age), text: `${age}` }));
    await uow.run(scopeOf(company), async ({ records }) => {
      for (const note of notes) await records.addNote(note);
      await records.addNote(noteRow(other));
    });
    const latest = await uow.read(scopeOf(company), ({ records }) => records.notes(record.id, 3));
    assertEquals(latest, [notes[0], notes[3], notes[2]]);
  });
}

function insert(uow: UnitOfWork, company: Company, record: ContactRecord) {
  return uow.run(scopeOf(company), ({ records }) => records.insert(record));
}

function get(uow: UnitOfWork, company: Company, id: string) {
  return uow.read(scopeOf(company), ({ records }) => records.get(id));
}
