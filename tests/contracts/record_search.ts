/** How records and campaigns are found by what people type. */
import { assertEquals } from "@std/assert";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import type { RecordFilter } from "../../src/records/record_repo.ts";
import { minutes, recordRow, recordTypeRow } from "../support/rows.ts";
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
  omar: { name: "Omar", email: null, phoneNumber: "+971501234567" },
  room: { name: "Room 77", email: "88@example.net", phoneNumber: "+390612345678" },
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
  ["a number by two digits", "95", ["bo", "ivan"]],
  ["a number by one digit", "8", ["bo", "room"]],
  ["a name by two digits", "77", ["room"]],
  ["an e-mail address by two digits", "88", ["room"]],
  ["a number by its country's code", "+44", ["bo"]],
  ["a number by part of its country's code", "+9", ["omar"]],
  ["a number by a plus and more than the country's code", "+ (7) 49", ["ivan"]],
  ["no number by a plus and digits from its middle", "+2079", []],
  ["no number by a plus alone", "+", []],
  ["a number as the British dial it", "020 7946 0958", ["bo"]],
  ["the start of a number as the British write it", "(020) 7946", ["bo"]],
  ["an area code as the British write it", "020", ["bo"]],
  ["a number as Emiratis dial it", "050 123 4567", ["omar"]],
  ["a number as Russians dial it", "8 (495) 000-00-01", ["ivan"]],
  ["a number whose zero belongs to it", "06 1234", ["room"]],
  ["no number by a trunk zero and digits from its middle", "0946", []],
  ["a number with an optional zero", "+44 (0)20 7946 0958", ["bo"]],
  ["a number with an optional zero alone", "(0)20 7946", ["bo"]],
  ["a number with a zero after its country's code", "+44 020 7946 0958", ["bo"]],
  ["a number with a zero of its own after its country's code", "+39 06 1234", ["room"]],
  ["a number with 00 for the plus", "0044 20 7946 0958", ["bo"]],
  ["a number with 00 for the plus and an optional zero", "0044 (0) 20 7946 0958", ["bo"]],
  ["a number with 00 before the 1", "001 415 555 0132", ["ana"]],
  ["a number as Americans dial it abroad", "011 44 20 7946 0958", ["bo"]],
  ["a number as Australians dial it abroad", "0011 44 20 7946 0958", ["bo"]],
  ["a number as Japanese dial it abroad", "010 44 20 7946 0958", ["bo"]],
  ["a number as Americans dial it at home", "1-415-555-0132", ["ana"]],
  ["a number in a link", "tel:+14155550132", ["ana"]],
  ["a number in a link in capitals", "TEL:+1-415-555-0132", ["ana"]],
  ["a number with its country's code in brackets", "(+44) 20 7946 0958", ["bo"]],
  ["a number with en dashes", "415–555–0132", ["ana"]],
  ["a number with minus signs", "415−555−0132", ["ana"]],
  ["a number with spaces that do not break", "415\u00a0555\u202f0132", ["ana"]],
  ["a number between marks of direction", "\u202a+14155550132\u202c", ["ana"]],
  ["a number in wide characters", "＋１（４１５）５５５－０１３２", ["ana"]],
  ["a number in Arabic digits", "٠٥٠ ١٢٣ ٤٥٦٧", ["omar"]],
  ["a number in Persian digits", "+۹۷۱۵۰۱۲۳۴۵۶۷", ["omar"]],
  ["no number by two pluses", "+1+4", []],
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

  tell("suggests the whole name and the newest where there are more than wanted", async (uow) => {
    const company = await newCompany(uow);
    await uow.run(scopeOf(company), async ({ records }) => {
      for (const [age, name] of ["Zoe Ada", "Ada Bo", "bob", "Mo Ada", "ADA", "Adam"].entries()) {
        await records.insert(recordRow(company.type, { name, createdAt: minutes(-age) }));
      }
    });
    const suggest = async (text: string) => {
      const named = await uow.read(scopeOf(company), ({ records }) => records.suggest(text, 3));
      return named.map(({ name }) => name);
    };
    assertEquals(await suggest("ada"), ["ADA", "Ada Bo", "Zoe Ada"]);
    assertEquals(await suggest(""), ["Ada Bo", "bob", "Zoe Ada"]);
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
