/**
 * No room left on the disk of the embedded database. That is played where its files are written, because a
 * small disk of its own would need a superuser.
 */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fs from "node:fs";
import { StoreError } from "../../adapters/postgres/errors.ts";
import { Lanes } from "../../adapters/postgres/lanes.ts";
import { openEmbedded } from "../../adapters/postgres/pglite.ts";

const MASTER = { role: "app_master" } as const;

/** Lets every write fail while the work is done; tells how many did. */
async function whileFull(work: () => Promise<void>): Promise<number> {
  const { writeSync } = fs;
  let refused = 0;
  fs.writeSync = () => {
    refused++;
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  };
  try {
    await work();
  } finally {
    fs.writeSync = writeSync;
  }
  return refused;
}

async function rowsOf(lanes: Lanes): Promise<string[]> {
  const rows = await lanes.flight(MASTER, (sql) => sql<{ id: string }>`select id from t`);
  return rows.map(({ id }) => id).toSorted();
}

Deno.test({
  name: "on a full disk writes are refused, the database says that it stopped, and nothing is lost",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const directory = `${await Deno.makeTempDir()}/postgres`;
  const first = await openEmbedded({ directory });
  await first.asSuperuser(
    "create table t (id text primary key, body text); create role app_master; " +
      "grant all on t to app_master",
  );
  let lanes = new Lanes(first.target, { size: 2 });
  const write = async (id: string) => {
    await lanes.transaction(
      MASTER,
      (sql) => sql`insert into t values (${id}, ${"x".repeat(5000)})`,
    );
  };
  const accepted: string[] = [];
  for (let i = 0; i < 20; i++) {
    await write(`before ${i}`);
    accepted.push(`before ${i}`);
  }
  const refused = await whileFull(async () => {
    for (let i = 0; i < 5; i++) {
      try {
        await write(`full ${i}`);
        accepted.push(`full ${i}`);
      } catch (error) {
        assertInstanceOf(error, StoreError);
        assert(["unavailable", "unknown_outcome"].includes(error.kind), error.message);
      }
    }
  });
  assert(refused > 0, "the disk was asked");
  const why = await first.stopped;
  assertEquals(why.message, "the embedded database has stopped");
  await lanes.close(0);
  await first.close();

  const second = await openEmbedded({ directory });
  lanes = new Lanes(second.target, { size: 2 });
  const found = await rowsOf(lanes);
  assertEquals(accepted.filter((id) => !found.includes(id)), [], "what was accepted is there");
  await write("after");
  assertEquals((await rowsOf(lanes)).includes("after"), true);
  await lanes.close();
  await second.close();
  await Deno.remove(directory.replace(/\/postgres$/, ""), { recursive: true });
});
