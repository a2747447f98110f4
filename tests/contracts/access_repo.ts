/** What the store owes clients, roles, users and tokens. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Client, Token } from "../../src/access/client.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { clientRow, minutes, NOON, roleRow, tokenRow, unique, userRow } from "../support/rows.ts";
import { atOnce, contract, newCompany, scopeOf } from "./suite.ts";

/** The contract of `AccessRepo`. */
export const accessRepoContract = contract("AccessRepo", (tell) => {
  tell("gives back a client as it was saved, whatever the size of its prices", async (uow) => {
    const plain = clientRow();
    const odd: Client = clientRow({
      name: unique("Šedá & Söhne 🦊 %_\\'\""),
      country: "AE",
      tariff: {
        currency: "AED",
        setup: 0n,
        perMinute: 9_007_199_254_740_993n,
        incrementSeconds: 60,
      },
      phoneRates: { AE: "9007199254.740993", default: "0.00" },
      rules: {
        window: null,
        countries: null,
        requireConsent: false,
        maxConcurrentCalls: 0,
        maxPricePerMinute: "0.05",
      },
      createdAt: new Date("2024-02-29T23:59:59.999Z"),
    });
    for (const client of [plain, odd]) {
      await uow.run("all", ({ access }) => access.saveClient(client));
      const [byId, byName] = await uow.read(
        "all",
        ({ access }) =>
          Promise.all([access.getClient(client.id), access.clientByName(client.name)]),
      );
      assertEquals(byId, client);
      assertEquals(byName, client);
    }
  });

  tell("replaces a client that is saved again", async (uow) => {
    const client = clientRow();
    const changed = {
      ...client,
      name: unique("Renamed"),
      country: "CA",
      phoneRates: { CA: "0.01" },
    };
    await uow.run("all", async ({ access }) => {
      await access.saveClient(client);
      await access.saveClient(changed);
    });
    const [found, gone, all] = await uow.read("all", ({ access }) =>
      Promise.all([
        access.getClient(client.id),
        access.clientByName(client.name),
        access.listClients(),
      ]));
    assertEquals(found, changed);
    assertEquals(gone, null);
    assertEquals(all.filter(({ id }) => id === client.id), [changed]);
  });

  tell("finds names without regard to case, and refuses a second one", async (uow) => {
    const { client, role } = await newCompany(uow);
    const [byName, roleByName] = await uow.read("all", ({ access }) =>
      Promise.all([
        access.clientByName(client.name.toUpperCase()),
        access.roleByName(client.id, role.name.toUpperCase()),
      ]));
    assertEquals(byName, client);
    assertEquals(roleByName, role);
    await assertRejects(() =>
      uow.run(
        "all",
        ({ access }) => access.saveClient(clientRow({ name: client.name.toLowerCase() })),
      )
    );
    await assertRejects(() =>
      uow.run(
        "all",
        ({ access }) => access.saveRole(roleRow(client, { name: role.name.toLowerCase() })),
      )
    );
  });

  tell("keeps roles of clients and of the operator apart", async (uow) => {
    const { client, role } = await newCompany(uow);
    const same = roleRow(null, { name: role.name, admin: true, permissions: [] });
    await uow.run("all", ({ access }) => access.saveRole(same));
    const changed = { ...role, permissions: ["calls.manage" as const], admin: true };
    await uow.run("all", ({ access }) => access.saveRole(changed));
    const [operators, clients] = await uow.read(
      "all",
      ({ access }) =>
        Promise.all([access.roleByName(null, role.name), access.roleByName(client.id, role.name)]),
    );
    assertEquals(operators, same);
    assertEquals(clients, changed);
    const listed = await uow.read(
      { clientId: client.id },
      ({ access }) => Promise.all([access.listRoles(), access.roleByName(null, role.name)]),
    );
    assertEquals(listed, [[changed], null]);
    await assertRejects(() =>
      uow.run("all", ({ access }) => access.saveRole(roleRow(null, { name: role.name })))
    );
  });

  tell("finds a user by e-mail without regard to case, and refuses a second one", async (uow) => {
    const { client, role, user } = await newCompany(uow);
    const found = await uow.read(
      { clientId: client.id },
      ({ access }) => access.userByEmail(user.email.toUpperCase()),
    );
    assertEquals(found, user);
    const other = await newCompany(uow);
    for (const someRole of [role, other.role]) {
      await assertRejects(() =>
        uow.run(
          "all",
          ({ access }) => access.saveUser(userRow(someRole, { email: user.email.toUpperCase() })),
        )
      );
    }
  });

  tell("knows a token's owner by its hash, whoever that is", async (uow) => {
    const { user, role } = await newCompany(uow);
    const operators = roleRow(null);
    const master = userRow(operators, { master: true });
    const token = tokenRow(user, {
      caps: { maxCallsPerDay: 7, maxSpendPerDay: "12.5", maxCallsPerMinute: null },
      readOnly: true,
      permissions: ["calls.view"],
      createdAt: new Date("2026-01-02T03:04:05.678Z"),
      expiresAt: new Date("2026-12-31T23:59:59.999Z"),
      revokedAt: minutes(1),
      lastUsedAt: NOON,
    });
    const masters = tokenRow(master, { lastUsedAt: NOON, expiresAt: minutes(-1) });
    await uow.run("all", async ({ access }) => {
      await access.saveRole(operators);
      await access.saveUser(master);
      await access.insertToken(token);
      await access.insertToken(masters);
    });
    assertEquals(await identify(uow, token.hash, NOON), { token, user, role });
    assertEquals(await identify(uow, masters.hash, NOON), {
      token: masters,
      user: master,
      role: operators,
    });
    assertEquals(await identify(uow, "0".repeat(64), NOON), null);
  });

  tell("knows no owner of a token whose user is disabled, until they are enabled", async (uow) => {
    const { user, role } = await newCompany(uow);
    const token = tokenRow(user, { lastUsedAt: NOON });
    const disabled = { ...user, disabledAt: minutes(1) };
    await uow.run("all", async ({ access }) => {
      await access.insertToken(token);
      await access.saveUser(disabled);
    });
    const byEmail = () => uow.read("all", ({ access }) => access.userByEmail(user.email));
    assertEquals(await identify(uow, token.hash, NOON), null);
    assertEquals(await byEmail(), disabled);
    await uow.run("all", ({ access }) => access.saveUser(user));
    assertEquals(await identify(uow, token.hash, NOON), { token, user, role });
    assertEquals(await byEmail(), user);
  });

  tell("notes a token's use once a minute, in reads and in runs", async (uow) => {
    const { user } = await newCompany(uow);
    const token = tokenRow(user);
    await uow.run("all", ({ access }) => access.insertToken(token));
    const lastUse = async () => {
      const view = await uow.read("all", ({ access }) => access.getToken(token.id));
      return view?.token.lastUsedAt;
    };
    await identify(uow, token.hash, NOON);
    assertEquals(await lastUse(), NOON);
    await identify(uow, token.hash, minutes(59 / 60));
    assertEquals(await lastUse(), NOON);
    await atOnce(5, () => identify(uow, token.hash, minutes(1)));
    assertEquals(await lastUse(), minutes(1));
    await uow.run("authentication", ({ access }) => access.identify(token.hash, minutes(9)));
    assertEquals(await lastUse(), minutes(9));
  });

  tell("lists tokens newest first, with the e-mail of their users", async (uow) => {
    const company = await newCompany(uow);
    const { user } = company;
    const tokens = [0, 2, 1].map((age) => tokenRow(user, { createdAt: minutes(-age) }));
    await uow.run(scopeOf(company), async ({ access }) => {
      for (const token of tokens) await access.insertToken(token);
    });
    const [list, one] = await uow.read(
      scopeOf(company),
      ({ access }) => Promise.all([access.listTokens(), access.getToken(tokens[1].id)]),
    );
    const view = (token: Token) => ({ token, userEmail: user.email });
    assertEquals(list, [tokens[0], tokens[2], tokens[1]].map(view));
    assertEquals(one, view(tokens[1]));
  });

  tell("refuses a second token with the same hash, or for nobody", async (uow) => {
    const { user } = await newCompany(uow);
    const token = tokenRow(user);
    await uow.run("all", ({ access }) => access.insertToken(token));
    const again = tokenRow(user, { hash: token.hash });
    await assertRejects(() => uow.run("all", ({ access }) => access.insertToken(again)));
    const nobodys = tokenRow(userRow(roleRow(null)));
    await assertRejects(() => uow.run("all", ({ access }) => access.insertToken(nobodys)));
  });

  tell("revokes a token once, and says whether there is one", async (uow) => {
    const company = await newCompany(uow);
    const token = tokenRow(company.user);
    const revoke = (at: Date, id = token.id) =>
      uow.run(scopeOf(company), ({ access }) => access.revokeToken(id, at));
    assertEquals(await revoke(NOON), false);
    await uow.run("all", ({ access }) => access.insertToken(token));
    assertEquals(await revoke(minutes(1)), true);
    assertEquals(await revoke(minutes(2)), true);
    const identity = await identify(uow, token.hash, NOON);
    assertEquals(identity?.token.revokedAt, minutes(1));
  });

  tell("lets a user who joins a client take the tokens along", async (uow) => {
    const company = await newCompany(uow);
    const role = roleRow(null);
    const user = userRow(role);
    const token = tokenRow(user);
    await uow.run("all", async ({ access }) => {
      await access.saveRole(role);
      await access.saveUser(user);
      await access.insertToken(token);
    });
    const tokens = () => uow.read(scopeOf(company), ({ access }) => access.listTokens());
    assertEquals(await tokens(), []);
    const joined = { ...user, clientId: company.client.id, roleId: company.role.id };
    await uow.run("all", ({ access }) => access.saveUser(joined));
    assertEquals(await tokens(), [{ token, userEmail: user.email }]);
    assertEquals((await identify(uow, token.hash, NOON))?.user, joined);
  });
});

function identify(uow: UnitOfWork, hash: string, now: Date) {
  return uow.read("authentication", ({ access }) => access.identify(hash, now));
}
