/**
 * Contacts in any number, the same ones every time.
 *
 * @module
 */
import type { ImportedFields } from "../../src/records/import_records.ts";
import { Chance } from "../telephony/simulated/random.ts";

const HOUR = 3_600_000;

const FIRST =
  "Ada Ahmed Aisha Alan Alice Amara Andre Anita Ben Bianca Carlos Carmen Chen Claire Dana Daniel " +
  "Deepa Diego Elena Emil Erin Ethan Fatima Felix Flora Frank Gina Grace Hana Hector Helen Hugo " +
  "Imani Iris Ivan Jade Jamal Jin Joan Jonas Karim Kate Kofi Lara Leo Lin Lucia Marcus Mei Miles " +
  "Nadia Neil Nina Omar Paula Peter Quinn Rosa Ruth Samir Sofia Tara Theo Uma Victor Wendy Yara Zoe";
const LAST =
  "Abbott Adeyemi Ali Bauer Bell Bianchi Brooks Cho Cohen Cruz Dahl Diaz Duarte Eriksen Evans " +
  "Farouk Flores Foster Garcia Gupta Haddad Hall Ibrahim Ito Jansen Johnson Kaplan Khan Kovacs " +
  "Larsen Lee Lopez Malik Marino Mendez Meyer Moreau Nakamura Nguyen Novak Okoye Olsen Ortiz " +
  "Park Patel Perez Quist Reyes Ricci Rossi Sato Schulz Silva Singh Stein Tan Torres Underwood " +
  "Vargas Vega Walsh Weber Wong Young Zeller";

const CITIES: [areaCode: string, city: string, country: string][] = [
  ["415", "San Francisco", "US"],
  ["916", "Sacramento", "US"],
  ["619", "San Diego", "US"],
  ["702", "Las Vegas", "US"],
  ["602", "Phoenix", "US"],
  ["303", "Denver", "US"],
  ["512", "Austin", "US"],
  ["312", "Chicago", "US"],
  ["404", "Atlanta", "US"],
  ["617", "Boston", "US"],
  ["604", "Vancouver", "CA"],
];
const ROOFS = ["tile", "shingle", "flat", "metal"];
const SOURCES = ["Web form", "Home fair", "Referral", "Phone enquiry"];

/** Makes that many contacts, from a running number on; `since` is when they came to be known. */
export type MakePeople = (from: number, count: number, since: Date) => ImportedFields[];

/** Homeowners who asked for a quote. */
export const leads: MakePeople = (from, count, since) =>
  many("lead", from, count, (chance, i) => {
    const source = chance.pick(SOURCES);
    const home = american(chance, 1000 + i);
    return {
      ...home,
      ...consent(chance, 60, source, since),
      parameters: {
        ...home.parameters,
        roof: chance.pick(ROOFS),
        monthlyBill: chance.between(8, 45) * 10,
        source,
      },
    };
  });

/** Homeowners with a system on their roof. */
export const customers: MakePeople = (from, count, since) =>
  many("customer", from, count, (chance, i) => {
    const home = american(chance, 5000 + i);
    const installed = monthBefore(since, chance.between(6, 70));
    return {
      ...home,
      ...consent(chance, 90, "Purchase contract", since),
      parameters: { ...home.parameters, systemKw: chance.between(8, 30) / 2, installed },
    };
  });

/** Patients of London practices. */
export const patients: MakePeople = (from, count, since) =>
  many("patient", from, count, (chance, i) => ({
    phoneNumber: `+44207946${String(100 + i).padStart(4, "0")}`,
    ...consent(chance, 95, "Registration form", since),
    parameters: {
      practice: chance.pick(["Docklands", "Greenwich", "Southwark"]),
      lastVisit: monthBefore(since, chance.between(1, 30)),
    },
  }));

function many(
  kind: string,
  from: number,
  count: number,
  make: (chance: Chance, i: number) => Omit<ImportedFields, "name">,
): ImportedFields[] {
  return Array.from({ length: count }, (_, nth) => {
    const i = from + nth;
    const chance = new Chance(`${kind} ${i}`);
    const [firstName, lastName] = [chance.pick(FIRST.split(" ")), chance.pick(LAST.split(" "))];
    const email = `${firstName}.${lastName}${i}@example.com`.toLowerCase();
    return {
      name: `${firstName} ${lastName}`,
      firstName,
      lastName,
      email: chance.fraction() < 0.85 ? email : undefined,
      ...make(chance, i),
    };
  });
}

/** The exchange 555 reaches nobody; its 1212 is directory assistance. */
function american(chance: Chance, line: number) {
  const [areaCode, city, country] = chance.pick(CITIES);
  const digits = String(line >= 1212 ? line + 1 : line);
  return { phoneNumber: `+1${areaCode}555${digits}`, country, parameters: { city } };
}

function consent(
  chance: Chance,
  percent: number,
  source: string,
  since: Date,
): Partial<ImportedFields> {
  if (chance.fraction() * 100 >= percent) return {};
  const at = new Date(since.getTime() - chance.between(1, 20 * 24) * HOUR);
  return { consent: { at: at.toISOString(), source } };
}

function monthBefore(day: Date, months: number): string {
  const month = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() - months));
  return month.toISOString().slice(0, 7);
}
