/**
 * Roles belong to the whole cluster, and advisory locks to one database: two databases that set up
 * their roles at once can collide in the catalogue, whatever either of them checks first.
 *
 * @module
 */
import postgres from "postgres";

const TRIES = 20;

/** Duplicate role, the same caught by the unique index, or two changes to one role's row. */
export function isClash(error: unknown): boolean {
  if (!(error instanceof postgres.PostgresError)) return false;
  return error.code === "42710" || error.constraint_name?.startsWith("pg_auth") === true ||
    error.message.startsWith("tuple concurrently ");
}

/** Repeats work that is one transaction until it no longer collides with another database's. */
export async function repeatOnClash<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1;; tried++) {
    try {
      return await work();
    } catch (error) {
      if (!isClash(error) || tried === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 50));
  }
}
