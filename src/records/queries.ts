/**
 * Reads of records and their types; none needs more than a valid token.
 *
 * @module
 */
import { type Principal, scopeOf } from "../access/principal.ts";
import type { Ports, Store } from "../app_ports.ts";
import type { Call } from "../calls/call.ts";
import type { OutcomeOfRecord } from "../calls/call_repo.ts";
import { foresee, type ForeseenOrder } from "../call_orders/foresee_refusal.ts";
import { notFound } from "../kernel/errors.ts";
import { requireId } from "../kernel/ids.ts";
import { type Page, pageRequest, toPage } from "../kernel/page.ts";
import { isStorable, searchText } from "../kernel/text.ts";
import type { Note, RecordStatus } from "./record.ts";
import type {
  ListedRecord,
  Named,
  RecordCounts,
  RecordTypeView,
  RecordView,
} from "./record_repo.ts";

/** Notes in a record's profile. */
export const PROFILE_NOTES = 20;
/** Orders and calls in a record's profile. */
export const PROFILE_HISTORY = 50;
/** Outcomes in a record's summary. */
export const OUTCOME_HISTORY = 500;
const MAX_SUGGESTIONS = 100;

/** Which records to list. */
export type RecordListing = {
  search?: string;
  status?: RecordStatus;
  recordTypeUuid?: string;
  page?: number;
  limit?: number;
};

/** A page of records, newest first. @throws DomainError `not_found` for an unknown record type. */
export async function listRecords(
  { uow }: Store,
  principal: Principal,
  { search, status, recordTypeUuid, ...paging }: RecordListing,
): Promise<Page<ListedRecord>> {
  const request = pageRequest(paging);
  const typeId = recordTypeUuid === undefined
    ? undefined
    : requireId("Record type", recordTypeUuid);
  const filter = { search: searchText(search), status, typeId };
  return await uow.read(scopeOf(principal), async ({ records }) => {
    const [type, slice] = await Promise.all([
      typeId === undefined ? undefined : records.getType(typeId),
      records.list(filter, request),
    ]);
    if (type === null) throw notFound("Record type");
    return toPage(request, slice);
  });
}

/** A record with counts of what there is about it. @throws DomainError `not_found`. */
export async function getRecord(
  { uow }: Store,
  principal: Principal,
  uuid: string,
): Promise<RecordView & { counts: RecordCounts }> {
  const id = requireId("Record", uuid);
  return await uow.read(scopeOf(principal), async ({ records }) => {
    const [view, counts] = await Promise.all([records.get(id), records.counts(id)]);
    if (view === null) throw notFound("Record");
    return { ...view, counts };
  });
}

/** All that is known of a record. */
export type RecordProfile = RecordView & {
  counts: RecordCounts;
  /** Newest first, at most {@link PROFILE_HISTORY}. */
  orders: ForeseenOrder[];
  /** Newest first, at most {@link PROFILE_HISTORY}. */
  calls: Call[];
  /** Newest first, at most {@link PROFILE_HISTORY}. */
  outcomes: OutcomeOfRecord[];
  /** Newest first, at most {@link PROFILE_NOTES}. */
  notes: Note[];
};

/** A record with its call history, outcomes and latest notes. @throws DomainError `not_found`. */
export async function recordProfile(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  principal: Principal,
  uuid: string,
): Promise<RecordProfile> {
  const id = requireId("Record", uuid);
  const now = clock.now();
  const history = { page: 1, limit: PROFILE_HISTORY };
  return await uow.read(scopeOf(principal), async ({ records, callOrders, calls }) => {
    const [view, counts, orders, past, outcomes, notes] = await Promise.all([
      records.get(id),
      records.counts(id),
      callOrders.list({ recordId: id }, history),
      calls.ofRecord(id, PROFILE_HISTORY),
      calls.outcomesOfRecord(id, PROFILE_HISTORY),
      records.notes(id, PROFILE_NOTES),
    ]);
    if (view === null) throw notFound("Record");
    const foreseen = orders.items.map((order) => foresee(phoneNumbers, order, now));
    return { ...view, counts, orders: foreseen, calls: past, outcomes, notes };
  });
}

/** A record with its outcomes over all campaigns, newest first. @throws DomainError `not_found`. */
export async function recordOutcomes(
  { uow }: Store,
  principal: Principal,
  uuid: string,
): Promise<RecordView & { outcomes: OutcomeOfRecord[] }> {
  const id = requireId("Record", uuid);
  return await uow.read(scopeOf(principal), async ({ records, calls }) => {
    const [view, outcomes] = await Promise.all([
      records.get(id),
      calls.outcomesOfRecord(id, OUTCOME_HISTORY),
    ]);
    if (view === null) throw notFound("Record");
    return { ...view, outcomes };
  });
}

/** Records whose name contains the text, for completions. */
export async function suggestRecords(
  { uow }: Store,
  principal: Principal,
  text: string,
): Promise<Named[]> {
  if (!isStorable(text)) return [];
  return await uow.read(
    scopeOf(principal),
    ({ records }) => records.suggest(text, MAX_SUGGESTIONS),
  );
}

/** A page of record types, newest first. */
export async function listRecordTypes(
  { uow }: Store,
  principal: Principal,
  paging: { page?: number; limit?: number },
): Promise<Page<RecordTypeView>> {
  const request = pageRequest(paging);
  return await uow.read(
    scopeOf(principal),
    async ({ records }) => toPage(request, await records.listTypes(request)),
  );
}
