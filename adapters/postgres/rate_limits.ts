/**
 * Token buckets that every replica shares, by the database's clock. A bucket is one moment, at which
 * it is full again (the generic cell rate algorithm, ITU-T I.371), in one row.
 *
 * @module
 */
import { DomainError } from "../../src/kernel/errors.ts";
import {
  microsEach,
  type RateLimits,
  type RateRule,
  type Taken,
  takenOf,
} from "../../src/kernel/rate_limits.ts";
import { StoreError } from "./errors.ts";
import type { Lanes } from "./lanes.ts";
import { fragment } from "./sql.ts";

/** Whoever is limited is often not known yet, so it is the role that identifies. */
const SCOPE = { role: "app_auth" } as const;
/** Most buckets that one sweep forgets, so that it is short. */
const SWEPT = 10_000;

/** Limits that all processes on the database share. */
export class PostgresRateLimits implements RateLimits {
  constructor(private readonly lanes: Lanes) {}

  /**
   * See the interface. The row is held for as long as one pipelined message takes to execute, and,
   * as nothing else is written and the table has no log, its commit waits for no disk.
   */
  async take(key: string, rule: RateRule, count = 1): Promise<Taken> {
    const each = microsEach(rule);
    const hash = fragment`sha256(convert_to(${key}, 'UTF8'))`;
    const cost = fragment`${count * each} * interval '1 microsecond'`;
    const room = fragment`${rule.burst * each} * interval '1 microsecond'`;
    const now = fragment`statement_timestamp()`;
    // Emptier than empty it is only once the clock was set back: nobody is kept out for that.
    const filling = (at: ReturnType<typeof fragment>) =>
      fragment`case when ${at} > ${now} + ${room} + interval '1 minute' then ${now}
        else greatest(${at}, ${now}) end`;
    try {
      const [row] = await this.lanes.flight(
        SCOPE,
        (sql) =>
          sql<{ taken: boolean; missing: bigint }>`
          with taken as (
            insert into rate_limits as r (key, full_at)
            select ${hash}, ${now} + ${cost} where ${cost} <= ${room}
            on conflict (key) do update set full_at = ${filling(fragment`r.full_at`)} + ${cost}
              where ${filling(fragment`r.full_at`)} + ${cost} <= ${now} + ${room}
            returning key
          ), bucket as (select max(full_at) as full_at from rate_limits where key = ${hash})
          select exists (select from taken) as taken, ceil(1000000 * extract(
            epoch from ${filling(fragment`full_at`)} + ${cost} - ${now} - ${room}
          ))::bigint as missing from bucket`,
      );
      // What others have taken meanwhile is not seen by the same statement; hence the least of 1.
      return takenOf(row.taken ? 0 : Math.max(1, Number(row.missing)));
    } catch (error) {
      if (!(error instanceof StoreError && error.kind === "unavailable")) throw error;
      const message = "The database cannot be reached at the moment. Try again.";
      throw new DomainError("unavailable", message, {}, { cause: error });
    }
  }

  /** Forgets buckets that are full again, which changes nothing but the room that they take. */
  async sweep(): Promise<void> {
    await this.lanes.flight(SCOPE, (sql) =>
      sql`
        delete from rate_limits where key in (
          select key from rate_limits where full_at <= statement_timestamp()
          limit ${SWEPT} for update skip locked
        )`);
  }
}
