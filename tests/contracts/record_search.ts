/** How records and campaigns are found by what people type. */
import { assertEquals } from "@std/assert";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import type { RecordFilter } from "../../src/records/record_repo.ts";
import { recordRow, recordTypeRow } from "../support/rows.ts";
import type { Company } from "../support/world.ts";
import { PAGE } from "./paging.ts";
import { contract, newCompany, scopeOf } from "./suite.ts";

/** Contacts by the name that the tests know them by. */
const CONTACTS = {
  ana: { name: "Ana Lima", email: "ana.lima@example.com", phoneNumber: "+14155550132" },
  bo: { name: "BO CHEN", email: "Bo@Example.ORG", phoneNumber: "+442079460958" },
  elodie: { name: "Élodie Çelik", email: null, phoneNumber: "+33199005544" },
  ivan: { name: "Иван Ёлкин", email: null, phoneNumber: "+74950000001" },
  percent: { name: "50% off", email: null, phoneNumber: "+14155550140" },
  fifty: { name: "500 off", email: null, phoneNumber: "+14155550141" },
  under: { name: "snake_case", email: "a_b@example.net", phoneNumber: "+14155550142" },
  snake: { name: "snakeXcase", email: "aXb@example.net", phoneNumber: "+14155550143" },
  back: { name: 'back\\slash\'s "quote"', email: null, phoneNumber: "+14155550144" },
  studio: { name: "Studio 7946 West", email: null, phoneNumber: "+14155550145" },
};

type Contact = keyof typeof CONTACTS;

const FOUND: [sentence: string, search: string, contacts: Contact[]][] = [
  ["part of a name", "ima", ["ana"]],
  ["a name without regard to case", "ana LIMA", ["ana"]],
  ["a name in capitals", "bo ch", ["bo"]],
  ["letters with accents without regard to case", "éLODIE ç", ["elodie"]],
  ["Cyrillic letters without regard to case", "ИВАН ё", ["ivan"]],
  ["one letter", "é", ["elodie"]],
  ["part of an e-mail address", "lima@exa", ["ana"]],
  ["an e-mail address without regard to case", "bo@example.org", ["bo"]],
  ["not across name and e-mail address", "limaana", []],
  ["a number in E.164", "+14155550132", ["ana"]],
  ["a number as Americans write it", "(415) 555-0132", ["ana"]],
  ["a number with dots", "415.555.0132", ["ana"]],
  ["a number with slashes and spaces", "+44 20 / 7946 0958", ["bo"]],
  ["the end of a number", "0132", ["ana"]],
  ["digits in numbers and in names", "7946", ["bo", "studio"]],
  ["no number by two digits", "95", []],
  ["no number by digits among letters", "x0132", []],
  ["a per cent sign as itself", "%", ["percent"]],
  ["text with a per cent sign", "50%", ["percent"]],
  ["an underscore as itself", "_", ["under"]],
  ["an underscore in an e-mail address", "a_b@", ["under"]],
  ["a backslash as itself", "\\", ["back"]],
  ["quotes as themselves", "'s \"q", ["back"]],
  ["nothing by a pattern", "a.*a", []],
  ["nothing by what is not there", "Zebedee", []],
];

/** The contract of `RecordRepo.list` with a search, and of suggestions. */
export const recordSearchContract = contract("RecordRepo.search", (tell) => {
  for (const [sentence, search, contacts] of FOUND) {
    tell(`finds ${sentence}: ${search}`, async (uow) => {
      const company = await companyWithContacts(uow);
      assertEquals(await find(uow, company, { search }), contacts.toSorted());
    });
  }

  tell("finds in every client, and names each, for the operator", async (uow) => {
    const [one, two] = [await newCompany(uow), await newCompany(uow)];
    const name = `Zoë ${one.client.id}`;
    await uow.run("all", async ({ records }) => {
      for (const { type } of [one, two]) await records.insert(recordRow(type, { name }));
    });
    const { items, total } = await uow.read(
      "all",
      ({ records }) => records.list({ search: name.toUpperCase() }, PAGE),
    );
    assertEquals(total, 2);
    const names = items.map(({ clientName }) => clientName);
    assertEquals(new Set(names), new Set([one.client.name, two.client.name]));
  });

  tell("combines search, status and type, and counts over all pages", async (uow) => {
    const company = await newCompany(uow);
    const type = recordTypeRow(company.client);
    await uow.run(scopeOf(company), async ({ records }) => {
      await records.saveType(type);
      for (const kind of [company.type, type]) {
        for (const status of ["active", "archived"] as const) {
          for (const name of ["Ada", "Ida", "Bob"]) {
            await records.insert(recordRow(kind, { name, status }));
          }
        }
      }
    });
    const { items, total } = await uow.read(
      scopeOf(company),
      ({ records }) =>
        records.list({ search: "DA", status: "active", typeId: type.id }, { page: 2, limit: 1 }),
    );
    assertEquals([items.length, total], [1, 2]);
  });

  tell("suggests records in the order of names without regard to case", async (uow) => {
    const company = await newCompany(uow);
    await uow.run(scopeOf(company), async ({ records }) => {
      for (const name of ["Cid", "bob", "Ada"]) {
        await records.insert(recordRow(company.type, { name }));
      }
    });
    const named = await uow.read(scopeOf(company), ({ records }) => records.suggest("", 10));
    assertEquals(named.map(({ name }) => name), ["Ada", "bob", "Cid"]);
  });

  tell("suggests records by part of a name", async (uow) => {
    const company = await companyWithContacts(uow);
    const suggest = async (text: string, limit: number) => {
      const named = await uow.read(
        scopeOf(company),
        ({ records }) => records.suggest(text, limit),
      );
      return named.map(({ name }) => name);
    };
    assertEquals(await suggest("OFF", 10), ["50% off", "500 off"]);
    assertEquals(await suggest("ÇELIK", 10), ["Élodie Çelik"]);
    assertEquals(await suggest("_", 10), ["snake_case"]);
    assertEquals(await suggest("example.com", 10), []);
    assertEquals((await suggest("", 3)).length, 3);
  });
});

async function companyWithContacts(uow: UnitOfWork): Promise<Company> {
  const company = await newCompany(uow);
  await uow.run(scopeOf(company), async ({ records }) => {
    for (const contact of Object.values(CONTACTS)) {
      await records.insert(recordRow(company.type, contact));
    }
  });
  return company;
}

async function find(uow: UnitOfWork, company: Company, filter: RecordFilter): Promise<Contact[]> {
  const { items, total } = await uow.read(
    scopeOf(company),
    ({ records }) => records.list(filter, PAGE),
  );
  assertEquals(total, items.length);
  const numbers = items.map(({ record }) => record.phoneNumber);
  const names = Object.keys(CONTACTS) as Contact[];
  return names.filter((name) => numbers.includes(CONTACTS[name].phoneNumber)).toSorted();
}
