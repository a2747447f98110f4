/**
 * What domain models become on the wire: camelCase JSON without nulls, times in ISO-8601 UTC, money
 * as decimal text beside its currency.
 *
 * @module
 */
import { z } from "zod";
import { isMaster, type Principal } from "../../../src/access/principal.ts";
import type { Uuid } from "../../../src/kernel/ids.ts";
import { isoTime } from "../../../src/kernel/moment.ts";
import type { Page } from "../../../src/kernel/page.ts";

/** The same members, those that may be null made optional. */
export type Compact<T> =
  & { [K in keyof T as null extends T[K] ? never : K]: T[K] }
  & { [K in keyof T as null extends T[K] ? K : never]?: Exclude<T[K], null> };

/**
 * The object itself, whose members that were null are undefined now, which JSON leaves out; nulls deeper
 * down are somebody's data and stay. For objects just made: a page of records need not be made twice.
 */
export function compact<T extends object>(object: T): Compact<T> {
  const members: Record<string, unknown> = object as Record<string, unknown>;
  for (const key in members) {
    if (members[key] === null) members[key] = undefined;
  }
  return object as unknown as Compact<T>;
}

/** ISO-8601 in UTC, such as `2026-11-22T09:15:00.000Z`. */
export function time(moment: Date): string;
export function time(moment: Date | null): string | null;
export function time(moment: Date | null): string | null {
  return moment === null ? null : isoTime(moment);
}

/** Something with a uuid and a name. */
export const named = z.object({ uuid: z.string(), name: z.string() });

/** Whose row it is: `uuid` and `name`, not spelled out, because only masters ever see it. */
export const owned = {
  client: z.custom<z.input<typeof named>>().meta({ type: "object" }).optional(),
};

/** Whose row it is, for a master, who sees every client's; nothing for anybody else. */
export function ownerOf(
  principal: Principal,
  row: { clientId: Uuid },
  name: string | null,
): { client?: z.input<typeof named> } {
  return isMaster(principal) && name !== null ? { client: { uuid: row.clientId, name } } : {};
}

/** What every list answers beside its rows. */
export const paged = { page: z.int(), limit: z.int(), total: z.int(), hasMore: z.boolean() };

/** The same of one page. */
export function pageOf({ page, limit, total, hasMore }: Page<unknown>) {
  return { page, limit, total, hasMore };
}
