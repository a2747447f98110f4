/** What the store owes those who wish not to be called. */
import { assertEquals, assertRejects } from "@std/assert";
import { newId } from "../../src/kernel/ids.ts";
import { minutes, NOON, uniquePhone } from "../support/rows.ts";
import { atOnce, contract, newCompany, scopeOf } from "./suite.ts";

/** The contract of `DoNotCallList`. */
export const doNotCallListContract = contract("DoNotCallList", (tell) => {
  tell("has a number once it is there, for that client alone", async (uow) => {
    const [one, two] = [await newCompany(uow), await newCompany(uow)];
    const [phone, other] = [uniquePhone(), uniquePhone()];
    await uow.run(scopeOf(one), ({ doNotCall }) => doNotCall.add(one.client.id, phone, NOON));
    const found = await uow.read("all", ({ doNotCall }) =>
      Promise.all([
        doNotCall.has(one.client.id, phone),
        doNotCall.has(one.client.id, other),
        doNotCall.has(one.client.id, phone.slice(0, -1)),
        doNotCall.has(two.client.id, phone),
      ]));
    assertEquals(found, [true, false, false, false]);
  });

  tell("takes a number again and again, also at once", async (uow) => {
    const company = await newCompany(uow);
    const phone = uniquePhone();
    const add = (index: number) =>
      uow.run(
        scopeOf(company),
        ({ doNotCall }) => doNotCall.add(company.client.id, phone, minutes(index)),
      );
    await atOnce(10, add);
    await add(11);
    const has = await uow.read(
      scopeOf(company),
      ({ doNotCall }) => doNotCall.has(company.client.id, phone),
    );
    assertEquals(has, true);
  });

  tell("refuses a number of nobody's", async (uow) => {
    await assertRejects(() =>
      uow.run("all", ({ doNotCall }) => doNotCall.add(newId(NOON), uniquePhone(), NOON))
    );
  });
});
