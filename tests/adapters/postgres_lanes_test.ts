/** What a lane and a pool of them owe: one file, because each sentence is about the same few connections. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Duplex } from "node:stream";
import postgres from "postgres";
import { StoreError, type StoreFailure } from "../../adapters/postgres/errors.ts";
import { Lanes, type LanesOptions, type Sql, type TxScope } from "../../adapters/postgres/lanes.ts";
import { openEmbedded } from "../../adapters/postgres/pglite.ts";
import { watchWire } from "../support/wire.ts";

const MINE = "0199a3c4-0000-7000-8000-000000000001";
const OTHER = "0199a3c4-0000-7000-8000-000000000002";
const TENANT: TxScope = { role: "app_tenant", clientId: MINE };

const db = await openEmbedded({});
await db.asSuperuser(`
  create role app_tenant; create role app_master; create role app_auth; create role phone_network;
  create table notes (client_id uuid not null, id int not null, body text, primary key (client_id, id));
  alter table notes enable row level security; alter table notes force row level security;
  create policy tenant on notes to app_tenant
    using (client_id = (select nullif(current_setting('app.client_id', true), '')::uuid));
  grant select, insert, delete on notes to app_tenant;
  create table children (client_id uuid not null, note int not null,
    constraint children_note foreign key (client_id, note) references notes deferrable initially deferred);
  grant insert on children to app_tenant;
  insert into notes values ('${MINE}', 1, 'mine'), ('${OTHER}', 1, 'other')`);
await db.fence();
const embedded = db.target as { socket: () => Duplex };

/** A test with lanes of its own; nothing that it opens may outlive it. */
function withLanes(
  name: string,
  options: LanesOptions,
  test: (lanes: Lanes, wire: ReturnType<typeof watchWire>) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const wire = watchWire(embedded);
    const lanes = new Lanes(wire.target, options);
    try {
      await test(lanes, wire);
    } finally {
      await lanes.close();
    }
  });
}

async function failure(promise: Promise<unknown>, kind: StoreFailure): Promise<StoreError> {
  const error = await assertRejects(() => promise, StoreError);
  assertEquals(error.kind, kind, error.message);
  return error;
}

async function bodies(sql: Sql): Promise<string[]> {
  return (await sql<{ body: string }>`select body from notes order by id`).map((row) => row.body);
}

const insert = (sql: Sql, id: number) =>
  sql`insert into notes values (${MINE}, ${id}, ${"note " + id})`;

let tripsCounted = 0;
withLanes(
  "a flight of several statements with parameters is one round trip, and is counted as one",
  { onRoundTrip: () => tripsCounted++ },
  async (lanes, wire) => {
    await lanes.flight(TENANT, (sql) => sql`select 1`);
    wire.roundTrips = tripsCounted = 0;
    const [one, two] = await lanes.flight(TENANT, (sql) =>
      Promise.all([
        sql<{ body: string }>`select body from notes where id = ${1} and ${true}`,
        sql<{ n: bigint }>`select count(*) as n from notes where body like ${"m%"}`,
      ]));
    assertEquals([one[0].body, two[0].n], ["mine", 1n]);
    assertEquals({ wire: wire.roundTrips, counted: tripsCounted }, { wire: 1, counted: 1 });
  },
);

let stepsCounted = 0;
withLanes(
  "a transaction takes one round trip for each awaited step and one for the commit",
  { onRoundTrip: () => stepsCounted++ },
  async (lanes, wire) => {
    await lanes.flight(TENANT, (sql) => sql`select 1`);
    wire.roundTrips = stepsCounted = 0;
    await lanes.transaction(TENANT, async (sql) => {
      await Promise.all([insert(sql, 10), insert(sql, 11)]);
      await sql`delete from notes where id >= ${10}`;
    });
    assertEquals({ wire: wire.roundTrips, counted: stepsCounted }, { wire: 3, counted: 3 });
    stepsCounted = wire.roundTrips = 0;
    assertEquals(
      await lanes.transaction(TENANT, () => Promise.resolve("nothing to ask")),
      "nothing to ask",
    );
    assertEquals({ wire: wire.roundTrips, counted: stepsCounted }, { wire: 0, counted: 0 });
  },
);

withLanes("values come back as what they are", {}, async (lanes) => {
  const [row] = await lanes.flight(
    TENANT,
    (sql) =>
      sql`select 9007199254740993::int8 as big, 7 as int, 1.50::numeric as money, ${new Date(
        0,
      )}::timestamptz as at,
      '2026-03-01'::date as day, '{"a":[1,null]}'::jsonb as json, ${["a", null]}::text[] as list,
      ${new Uint8Array([1, 2])}::bytea as bytes, null::text as nothing, ${false}::bool as no`,
  );
  assertEquals({ ...row, bytes: [...row.bytes as Uint8Array] }, {
    big: 9007199254740993n,
    int: 7,
    money: "1.50",
    at: new Date(0),
    day: "2026-03-01",
    json: { a: [1, null] },
    list: ["a", null],
    bytes: [1, 2],
    nothing: null,
    no: false,
  });
});

withLanes("a tenant's transaction sees its own client's rows only", {}, async (lanes) => {
  assertEquals(await lanes.flight(TENANT, bodies), ["mine"]);
  assertEquals(await lanes.flight({ ...TENANT, clientId: OTHER }, bodies), ["other"]);
});

Deno.test("a statement outside of every transaction is refused by the database", async () => {
  const options = { socket: embedded.socket, host: "embedded", user: "any", database: "any" };
  const sql = postgres({ ...options, max: 1, fetch_types: false });
  try {
    await assertRejects(
      () => sql`select * from notes`,
      postgres.PostgresError,
      "permission denied",
    );
  } finally {
    await sql.end();
  }
});

withLanes("a statement after a flight's first wait is refused", {}, async (lanes) => {
  const late = async (sql: Sql) => {
    await sql`select 1`;
    return await bodies(sql);
  };
  assertStringIncludes((await failure(lanes.flight(TENANT, late), "bug")).message, "outside");
});

withLanes("swallowing that refusal does not save the flight", {}, async (lanes) => {
  const sly = async (sql: Sql) => {
    await sql`select 1`;
    return await bodies(sql).catch(() => []);
  };
  await failure(lanes.flight(TENANT, sly), "bug");
});

withLanes("a statement after its transaction's end is refused", {}, async (lanes) => {
  const kept = await lanes.transaction(TENANT, (sql) => Promise.resolve({ sql }));
  await failure(bodies(kept.sql), "bug");
});

withLanes("a flight cannot write", {}, async (lanes, wire) => {
  const error = await failure(lanes.flight(TENANT, (sql) => insert(sql, 20)), "bug");
  assertStringIncludes(error.message, "tried to write");
  assertEquals(wire.sockets, 1);
});

withLanes(
  "a failed statement undoes its transaction, even when it is swallowed",
  {},
  async (lanes) => {
    const work = async (sql: Sql) => {
      await insert(sql, 30);
      await insert(sql, 30).catch(() => {});
    };
    assertEquals(
      (await failure(lanes.transaction(TENANT, work), "conflict")).constraint,
      "notes_pkey",
    );
    assertEquals(await lanes.flight(TENANT, bodies), ["mine"]);
  },
);

withLanes(
  "what the work throws comes out unchanged, and undoes its transaction",
  {},
  async (lanes, wire) => {
    const mine = new RangeError("mine");
    const work = async (sql: Sql) => {
      await insert(sql, 31);
      throw mine;
    };
    assertEquals(await assertRejects(() => lanes.transaction(TENANT, work), RangeError), mine);
    assertEquals(await lanes.flight(TENANT, bodies), ["mine"]);
    assertEquals(wire.sockets, 1, "the connection is as good as before");
  },
);

withLanes(
  "work that throws before it waits leaves no transaction open",
  {},
  async (lanes, wire) => {
    const hasty = (sql: Sql): Promise<never> => {
      void bodies(sql);
      throw new RangeError("hasty");
    };
    await assertRejects(() => lanes.flight(TENANT, hasty), RangeError);
    await assertRejects(() => lanes.transaction(TENANT, hasty), RangeError);
    assertEquals(await lanes.flight({ ...TENANT, clientId: OTHER }, bodies), ["other"]);
    assertEquals(wire.sockets, 1);
  },
);

withLanes("errors name the constraint, and never the values", {}, async (lanes) => {
  const twice = await failure(lanes.transaction(TENANT, (sql) => insert(sql, 1)), "conflict");
  const cast = await failure(lanes.flight(TENANT, (sql) => sql`select ${"secret"}::int`), "bug");
  for (const error of [twice, cast]) {
    assert(!Deno.inspect(error).includes("secret") && !Deno.inspect(error).includes(MINE));
  }
  assertEquals([twice.code, cast.code], ["23505", "22P02"]);
});

/** Fails like a transaction that collided with another one, the first so many times. */
function colliding(times: number, code: string) {
  let tries = 0;
  return async (sql: Sql) => {
    tries++;
    await insert(sql, 40);
    // "do" takes no parameters, and a tag lets nothing else into the text.
    if (tries > times) await sql`delete from notes where id = 40`;
    else if (code === "40001") await sql`do $$begin raise exception using errcode = '40001'; end$$`;
    else await sql`do $$begin raise exception using errcode = '40P01'; end$$`;
    return tries;
  };
}

for (const code of ["40001", "40P01"]) {
  withLanes(
    `a transaction that failed with ${code} is run again, three times in all`,
    {},
    async (lanes) => {
      assertEquals(await lanes.transaction(TENANT, colliding(2, code)), 3);
      const work = colliding(3, code);
      assertEquals((await failure(lanes.transaction(TENANT, work), "unavailable")).code, code);
      assertEquals(await lanes.flight(TENANT, bodies), ["mine"]);
    },
  );
}

withLanes(
  "a transaction whose connection dies before the commit runs again as a whole",
  {},
  async (lanes, wire) => {
    let tries = 0;
    await lanes.transaction(TENANT, async (sql) => {
      if (++tries === 1) wire.cutAt = "delete from notes";
      await insert(sql, 50);
      await sql`delete from notes where id = 50`;
    });
    assertEquals({ tries, sockets: wire.sockets }, { tries: 2, sockets: 2 });
    assertEquals(await lanes.flight(TENANT, bodies), ["mine"]);
  },
);

withLanes(
  "a transaction whose connection dies during the commit is of unknown outcome",
  {},
  async (lanes, wire) => {
    let tries = 0;
    const work = async (sql: Sql) => {
      tries++;
      await insert(sql, 51);
      wire.cutAt = "commit";
    };
    await failure(lanes.transaction(TENANT, work), "unknown_outcome");
    assertEquals(tries, 1);
  },
);

withLanes("a flight whose connection dies is repeated on another one", {}, async (lanes, wire) => {
  wire.cutAt = "from notes";
  assertEquals(await lanes.flight(TENANT, bodies), ["mine"]);
  assertEquals(wire.sockets, 2);
});

withLanes(
  "nothing of a transaction runs on a connection made after its own died",
  { size: 1 },
  async (lanes, wire) => {
    const seen: string[] = [];
    const work = async (sql: Sql) => {
      wire.cutAt = "no such table";
      await sql`select 'no such table'`.catch(() => seen.push("first"));
      await insert(sql, 52).catch((error) => seen.push(error.kind));
    };
    await failure(lanes.transaction(TENANT, work), "unavailable");
    assertEquals(seen.slice(0, 2), ["first", "unavailable"]);
    assertEquals(await lanes.flight(TENANT, bodies), ["mine"]);
  },
);

withLanes(
  "what waits behind a large value is not sent elsewhere when the connection dies",
  { size: 1 },
  async (lanes, wire) => {
    await lanes.flight(TENANT, bodies);
    let tries = 0;
    await lanes.transaction(TENANT, async (sql) => {
      if (++tries === 1) wire.cutAt = "xxxx";
      const large = sql`select ${"x".repeat(1_000_000)}::text`;
      await Promise.all([large, ...[1, 2, 3].map((n) => sql`select ${n}::int`)]);
    });
    assertEquals({ tries, sockets: wire.sockets }, { tries: 2, sockets: 2 });
  },
);

withLanes("a connection is not used again after an internal error", {}, async (lanes, wire) => {
  const work = (sql: Sql) => sql`do $$begin raise exception using errcode = 'XX001'; end$$`;
  await failure(lanes.flight(TENANT, work), "unavailable");
  assertEquals(await lanes.flight(TENANT, bodies), ["mine"]);
  assertEquals(wire.sockets, 4, "three tries, and the next flight");
});

withLanes(
  "a constraint that fails at the commit is reported, and nothing is kept",
  {},
  async (lanes) => {
    const work = (sql: Sql) => sql`insert into children values (${MINE}, ${404})`;
    const error = await failure(lanes.transaction(TENANT, work), "conflict");
    assertEquals(error.constraint, "children_note");
  },
);

withLanes("the embedded database is given no timeouts: they would end it", {}, async (lanes) => {
  const [timeouts] = await lanes.transaction(
    TENANT,
    (sql) =>
      sql`select current_setting('statement_timeout') as statement,
      current_setting('idle_in_transaction_session_timeout') as idle`,
  );
  assertEquals({ ...timeouts }, { statement: "0", idle: "0" });
});

Deno.test("an idle connection that dies is replaced unnoticed", async () => {
  const sockets: Duplex[] = [];
  const socket = () => {
    sockets.push(embedded.socket());
    return sockets.at(-1)!;
  };
  const lanes = new Lanes({ socket });
  let tries = 0;
  const counted = (sql: Sql) => (tries++, bodies(sql));
  try {
    await lanes.flight(TENANT, counted);
    await new Promise((resolve) => sockets[0].once("close", resolve).destroy());
    assertEquals(await lanes.flight(TENANT, counted), ["mine"]);
    assertEquals({ tries, sockets: sockets.length }, { tries: 2, sockets: 2 });
  } finally {
    await lanes.close();
  }
});

withLanes(
  "work that never ends is cut off, and frees its lane",
  { size: 1, transactionMs: 50 },
  async (lanes) => {
    const work = async (sql: Sql) => {
      await insert(sql, 60);
      await new Promise(() => {});
    };
    assertStringIncludes(
      (await failure(lanes.transaction(TENANT, work), "unavailable")).message,
      "in time",
    );
    assertEquals(await lanes.flight(TENANT, bodies), ["mine"]);
  },
);

withLanes(
  "callers wait in line for a lane, and are refused when the line is full",
  { size: 1, maxWaiting: 1 },
  async (lanes) => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const first = lanes.transaction(TENANT, async (sql) => {
      await insert(sql, 61);
      await gate;
      await sql`delete from notes where id = 61`;
      return "first";
    });
    const second = lanes.flight(TENANT, bodies);
    assertStringIncludes(
      (await failure(lanes.flight(TENANT, bodies), "unavailable")).message,
      "busy",
    );
    open();
    assertEquals([await first, await second], ["first", ["mine"]]);
  },
);

withLanes(
  "a caller for whom no lane comes free is told so",
  { size: 1, waitMs: 20 },
  async (lanes) => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const first = lanes.transaction(TENANT, () => gate);
    assertStringIncludes(
      (await failure(lanes.flight(TENANT, bodies), "unavailable")).message,
      "busy",
    );
    open();
    await first;
    assertEquals(await lanes.flight(TENANT, bodies), ["mine"]);
  },
);

Deno.test("closing lets running work finish, and refuses what comes later", async () => {
  const lanes = new Lanes(embedded);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const running = lanes.transaction(TENANT, async (sql) => {
    await gate;
    return await bodies(sql);
  });
  const closed = lanes.close();
  await failure(lanes.flight(TENANT, bodies), "unavailable");
  open();
  assertEquals(await running, ["mine"]);
  await closed;
});

Deno.test("closing does not wait for ever", async () => {
  const lanes = new Lanes(embedded);
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const stuck = lanes.transaction(TENANT, async (sql) => {
    await sql`select 1`;
    start();
    await new Promise(() => {});
  });
  await started;
  await Promise.all([failure(stuck, "unavailable"), lanes.close(20)]);
});

Deno.test("a server that cannot be reached is unavailable at once", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  const lanes = new Lanes({ url: `postgres://nobody@127.0.0.1:${listener.addr.port}/none` });
  await failure(lanes.flight(TENANT, bodies), "unavailable");
  await lanes.close();
});

Deno.test.afterAll(() => db.close());
