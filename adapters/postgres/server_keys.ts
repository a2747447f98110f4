/**
 * Secrets that all replicas share and that nobody set.
 *
 * @module
 */
import type { Lanes } from "./lanes.ts";

/** The shared secret of that name, 256 random bits in hexadecimal; made on first use. */
export async function serverKey(lanes: Lanes, name: string): Promise<string> {
  const fresh = Array.from(
    crypto.getRandomValues(new Uint8Array(32)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
  return await lanes.transaction({ role: "app_master" }, async (sql) => {
    await sql`
      insert into server_keys (name, value) values (${name}, ${fresh}) on conflict do nothing`;
    const [row] = await sql<{ value: string }>`select value from server_keys where name = ${name}`;
    return row.value;
  });
}
