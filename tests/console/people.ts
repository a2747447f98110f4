/** People with fewer rights, rows of strangers, and text that means harm: for tests of pages. */
import { assert } from "@std/assert";
import type { User } from "../../src/access/client.ts";
import type { Permission } from "../../src/access/principal.ts";
import type { ContactRecord } from "../../src/records/record.ts";
import { recordRow, roleRow, userRow } from "../support/rows.ts";
import { type ConsoleUnderTest, PASSWORD } from "./harness.ts";

/** Would run if it were ever markup. */
export const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'>{{7*7}}`;

/** Fails when something of {@link HOSTILE} has become markup. */
export function isInert(text: string): void {
  assert(text.includes("&lt;script&gt;"), "the text is not on the page at all");
  assert(!text.includes("<script>alert") && !text.includes("<img"), "it has become markup");
}

/** Somebody of the company with these permissions alone. */
export async function personWith(
  { store, company, ports, clock }: ConsoleUnderTest,
  permissions: Permission[],
): Promise<User> {
  const role = roleRow(company.client, { permissions });
  const user = userRow(role);
  const hash = await ports.passwords.hash(PASSWORD);
  await store.run("all", async ({ access, signIn }) => {
    await access.saveRole(role);
    await access.saveUser(user);
    await signIn.savePassword(user.id, hash, clock.now());
  });
  return user;
}

/** A record of the other company. */
export async function strangersRecord({ store, other }: ConsoleUnderTest): Promise<ContactRecord> {
  const record = recordRow(other.type);
  await store.run("all", ({ records }) => records.insert(record));
  return record;
}
