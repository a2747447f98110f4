/**
 * SQL of calls. Over 300 lines because a call has three dozen columns, each of which is named when
 * it is read, mapped, inserted and updated; all of it is that one row and what hangs on it.
 *
 * @module
 */
import type { AnsweredBy, Call, CallStatus, EndReason } from "../../src/calls/call.ts";
import type { CallRepo, CallView, IdempotencyKey } from "../../src/calls/call_repo.ts";
import type { Outcome } from "../../src/calls/outcome.ts";
import type { Turn } from "../../src/calls/transcript.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { alsoOf, type ClientFilter, owned, requireOwn, requireWritten } from "./client_filter.ts";
import { boundedPage, onPage, toSlice, type Total } from "./pages.ts";
import { type Fragment, fragment, json, type Sql } from "./sql.ts";

interface CallRow {
  id: Uuid;
  client_id: Uuid;
  order_id: Uuid;
  record_id: Uuid;
  campaign_id: Uuid;
  assistant_id: Uuid;
  phone_number: string;
  status: CallStatus;
  end_reason: EndReason | null;
  answered_by: AnsweredBy | null;
  created_at: Date;
  answered_at: Date | null;
  ended_at: Date | null;
  duration_seconds: number | null;
  /** Times as ISO-8601 text. */
  timeline: { status: CallStatus; at: string }[];
  summary: string | null;
  recording_reference: string | null;
  recording_seconds: number | null;
  agent_recording_url: string | null;
  provider: string;
  provider_call_id: string | null;
  currency: string;
  setup: bigint;
  per_minute: bigint;
  increment_seconds: number;
  operational_per_minute: bigint;
  phone_per_minute: bigint | null;
  reserved: bigint;
  price: bigint | null;
  operational_cost: bigint | null;
  phone_cost: bigint | null;
  phone_currency: string | null;
  max_seconds: number;
  initiated_by: Uuid | null;
  token_id: Uuid | null;
  updated_at: Date;
}

interface Names {
  record_name: string;
  campaign_name: string;
  client_name: string;
}

interface KeyRow {
  client_id: Uuid;
  key: string;
  fingerprint: string;
  call_id: Uuid;
  at: Date;
}

interface OutcomeRow {
  call_id: Uuid;
  campaign_id: Uuid;
  campaign_name: string;
  created_at: Date;
  outcome: Outcome;
}

const CALL = fragment`l.id, l.client_id, l.order_id, l.record_id, l.campaign_id, l.assistant_id,
  l.phone_number, l.status, l.end_reason, l.answered_by, l.created_at, l.answered_at, l.ended_at,
  l.duration_seconds, l.timeline, l.summary, l.recording_reference, l.recording_seconds,
  l.agent_recording_url, l.provider, l.provider_call_id, l.currency, l.setup, l.per_minute, l.increment_seconds,
  l.operational_per_minute, l.phone_per_minute, l.reserved, l.price, l.operational_cost, l.phone_cost, l.phone_currency,
  l.max_seconds, l.initiated_by, l.token_id, l.updated_at`;
const NAMES = fragment`r.name as record_name, k.name as campaign_name, c.name as client_name`;
/** As in the predicates of the partial indexes. */
const LIVE = fragment`('dialing', 'queued', 'ringing', 'in_progress')`;

/** Calls of the client that the filter names. */
export function callRepo(sql: Sql, filter: ClientFilter): CallRepo {
  const client = fragment`l.client_id`;
  const own = owned(filter, client);
  const ownKey = owned(filter, fragment`i.client_id`);

  function ofCampaign(id: Uuid): Fragment {
    const owner = fragment`select client_id from campaigns where id = ${id}`;
    return fragment`l.campaign_id = ${id} ${alsoOf(filter, client, owner)}`;
  }

  function ofRecord(id: Uuid): Fragment {
    const owner = fragment`select client_id from records where id = ${id}`;
    return fragment`l.record_id = ${id} ${alsoOf(filter, client, owner)}`;
  }

  /** By way of its record, which is what calls are indexed by. */
  function ofOrder(id: Uuid): Fragment {
    return fragment`l.order_id = ${id} and (l.client_id, l.record_id) =
      (select client_id, record_id from call_orders where id = ${id})`;
  }

  return {
    async get(id) {
      const [row] = await sql<CallRow & Names>`
        select ${CALL}, ${NAMES} from calls l
        join records r on r.client_id = l.client_id and r.id = l.record_id
        join campaigns k on k.client_id = l.client_id and k.id = l.campaign_id
        join clients c on c.id = l.client_id
        where l.id = ${id} and ${own}`;
      return row ? toView(row) : null;
    },
    async lock({ clientId, callId }) {
      const [row] = await sql<CallRow>`
        select ${CALL} from calls l where l.client_id = ${clientId} and l.id = ${callId} and ${own}
        for no key update`;
      return row ? toCall(row) : null;
    },
    async liveOfOrder(clientId, orderId) {
      const [row] = await sql<CallRow>`
        select ${CALL} from calls l
        where l.client_id = ${clientId} and l.order_id = ${orderId} and l.status in ${LIVE}
          and ${own}`;
      return row ? toCall(row) : null;
    },
    async countLive(clientId, campaignId) {
      const [row] = await sql<{ of_client: number; of_campaign: number }>`
        select count(*)::int as of_client,
          count(*) filter (where l.campaign_id = ${campaignId})::int as of_campaign
        from calls l where l.client_id = ${clientId} and l.status in ${LIVE} and ${own}`;
      return { ofClient: row.of_client, ofCampaign: row.of_campaign };
    },
    async startedSince(clientId, tokenId, { minute, day }) {
      const since = minute < day ? minute : day;
      const [row] = await sql<{ last_minute: number; today: number; spend: bigint }>`
        select count(*) filter (where l.created_at > ${minute}::timestamptz)::int as last_minute,
          count(*) filter (where l.created_at >= ${day}::timestamptz)::int as today,
          coalesce(sum(coalesce(l.price, l.reserved))
            filter (where l.created_at >= ${day}::timestamptz), 0)::bigint as spend
        from calls l where l.client_id = ${clientId} and l.created_at >= ${since} and ${own}
          and (${tokenId}::uuid is null or l.token_id = ${tokenId}::uuid)`;
      return { lastMinute: row.last_minute, today: row.today, spend: row.spend };
    },
    async insert(call) {
      requireOwn(filter, call.clientId);
      const { tariff, operationalPerMinute, phonePerMinute } = call.prices;
      await sql`
        insert into calls (
          client_id, id, order_id, record_id, campaign_id, assistant_id, phone_number, status,
          end_reason, answered_by, created_at, answered_at, ended_at, duration_seconds, timeline,
          summary, recording_reference, recording_seconds, agent_recording_url, provider,
          provider_call_id, currency,
          setup, per_minute, increment_seconds, operational_per_minute, phone_per_minute, reserved,
          price, operational_cost, phone_cost, phone_currency, max_seconds, initiated_by,
          token_id, updated_at
        ) values (
          ${call.clientId}, ${call.id}, ${call.orderId}, ${call.recordId}, ${call.campaignId},
          ${call.assistantId}, ${call.phoneNumber}, ${call.status}, ${call.endReason},
          ${call.answeredBy}, ${call.createdAt}, ${call.answeredAt}, ${call.endedAt},
          ${call.durationSeconds}, ${json(call.timeline)}, ${call.summary},
          ${call.recording?.reference ?? null}, ${call.recording?.durationSeconds ?? null},
          ${call.agentRecordingUrl},
          ${call.provider}, ${call.providerCallId}, ${call.currency}, ${tariff.setup},
          ${tariff.perMinute}, ${tariff.incrementSeconds}, ${operationalPerMinute},
          ${phonePerMinute}, ${call.reserved}, ${call.price}, ${call.operationalCost}, ${call.phoneCost},
          ${call.phoneCurrency}, ${call.maxSeconds}, ${call.initiatedBy}, ${call.tokenId},
          ${call.updatedAt}
        )`;
    },
    async update(call) {
      // What else a call has never changes after it was dialled.
      const rows = await sql`
        update calls l set
          status = ${call.status}, end_reason = ${call.endReason}, answered_by = ${call.answeredBy},
          answered_at = ${call.answeredAt}, ended_at = ${call.endedAt},
          duration_seconds = ${call.durationSeconds}, timeline = ${json(call.timeline)},
          summary = ${call.summary}, recording_reference = ${call.recording?.reference ?? null},
          recording_seconds = ${call.recording?.durationSeconds ?? null},
          agent_recording_url = ${call.agentRecordingUrl},
          provider_call_id = ${call.providerCallId}, price = ${call.price},
          operational_cost = ${call.operationalCost}, phone_cost = ${call.phoneCost},
          phone_currency = ${call.phoneCurrency}, updated_at = ${call.updatedAt}
        where l.client_id = ${call.clientId} and l.id = ${call.id} and ${own}`;
      requireWritten(rows, "calls");
    },
    async list({ campaignId, recordId, orderId, live, endReason }, page) {
      // As it is written, the index of end reasons, whose order is another, does not suggest itself.
      const ended = fragment`l.status not in ${LIVE}`;
      const condition = fragment`${own}
        and ${campaignId === undefined ? fragment`true` : ofCampaign(campaignId)}
        and ${recordId === undefined ? fragment`true` : ofRecord(recordId)}
        and ${orderId === undefined ? fragment`true` : ofOrder(orderId)}
        and ${live === undefined ? fragment`true` : live ? fragment`l.status in ${LIVE}` : ended}
        and ${endReason === undefined ? fragment`true` : fragment`l.end_reason = ${endReason}`}`;
      const rows = await sql<CallRow & Names & Total>`
        ${
        boundedPage(page, {
          alias: fragment`l`,
          rows: fragment`from calls l where ${condition}`,
          at: fragment`created_at`,
          ofEveryClient: filter === null,
        })
      }
        select ${CALL}, ${NAMES}, total, at_least from counted
        left join calls l on ${onPage(filter, fragment`l`)}
        left join records r on r.client_id = l.client_id and r.id = l.record_id
        left join campaigns k on k.client_id = l.client_id and k.id = l.campaign_id
        left join clients c on c.id = l.client_id
        order by l.created_at desc, l.id desc`;
      return toSlice(rows, toView);
    },
    async ofRecord(recordId, limit) {
      const rows = await sql<CallRow>`
        select ${CALL} from records r
        join calls l on l.client_id = r.client_id and l.record_id = r.id
        where r.id = ${recordId} and ${own}
        order by l.created_at desc, l.id desc limit ${limit}`;
      return rows.map(toCall);
    },
    async silentSince(before, limit) {
      const rows = await sql<CallRow>`
        select ${CALL} from calls l
        where l.status in ${LIVE} and l.updated_at < ${before} and ${own}
        order by l.updated_at, l.id limit ${limit}`;
      return rows.map(toCall);
    },
    async toNumber(provider, phoneNumber, from, until) {
      const rows = await sql<CallRow>`
        select ${CALL} from calls l
        where l.phone_number = ${phoneNumber} and l.created_at between ${from} and ${until}
          and l.provider = ${provider} and ${own}
        order by l.created_at, l.id`;
      return rows.map(toCall);
    },
    async unpriced(provider, after, limit) {
      const rows = await sql<CallRow>`
        select ${CALL} from calls l
        where l.provider = ${provider} and (l.ended_at, l.id) > (${after.endedAt}, ${after.id}::uuid)
          and l.phone_cost is null and l.answered_at is not null and l.provider_call_id is not null
          and l.ended_at is not null and ${own}
        order by l.ended_at, l.id limit ${limit}`;
      return rows.map(toCall);
    },

    async addEvent({ clientId, callId }, eventId, at) {
      requireOwn(filter, clientId);
      const rows = await sql`
        insert into call_events (client_id, call_id, event_id, at)
        values (${clientId}, ${callId}, ${eventId}, ${at})
        on conflict (client_id, call_id, event_id) do nothing`;
      return rows.count > 0;
    },

    async newestEvent({ clientId, callId }, prefix) {
      const [row] = await sql<{ at: Date | null }>`
        select max(e.at) as at from call_events e
        where e.client_id = ${clientId} and e.call_id = ${callId}
          and starts_with(e.event_id, ${prefix}) and ${owned(filter, fragment`e.client_id`)}`;
      return row.at;
    },

    async transcript(callId) {
      const [row] = await sql<{ turns: Turn[] }>`
        select t.turns from calls l
        join call_transcripts t on t.client_id = l.client_id and t.call_id = l.id
        where l.id = ${callId} and ${own}`;
      return row ?? null;
    },
    async saveTranscript({ clientId, callId }, { turns }) {
      requireOwn(filter, clientId);
      await sql`
        insert into call_transcripts (client_id, call_id, turns)
        values (${clientId}, ${callId}, ${json(turns)})
        on conflict (client_id, call_id) do update set turns = excluded.turns`;
    },

    async outcomes(callId) {
      const [row] = await sql<{ outcomes: Outcome[] }>`
        select o.outcomes from calls l
        join call_outcomes o on o.client_id = l.client_id and o.call_id = l.id
        where l.id = ${callId} and ${own}`;
      return row?.outcomes ?? [];
    },
    async saveOutcomes({ clientId, callId }, outcomes) {
      requireOwn(filter, clientId);
      await sql`
        insert into call_outcomes (client_id, call_id, outcomes)
        values (${clientId}, ${callId}, ${json(outcomes)})
        on conflict (client_id, call_id) do update set outcomes = excluded.outcomes`;
    },
    async outcomesOfRecord(recordId, limit) {
      const rows = await sql<OutcomeRow>`
        select l.id as call_id, l.campaign_id, k.name as campaign_name, l.created_at, item.outcome
        from records r
        join calls l on l.client_id = r.client_id and l.record_id = r.id
        join campaigns k on k.client_id = l.client_id and k.id = l.campaign_id
        join call_outcomes o on o.client_id = l.client_id and o.call_id = l.id
        cross join jsonb_array_elements(o.outcomes) with ordinality as item (outcome, position)
        where r.id = ${recordId} and ${own}
        order by l.created_at desc, l.id desc, item.position limit ${limit}`;
      return rows.map((row) => ({
        callId: row.call_id,
        campaignId: row.campaign_id,
        campaignName: row.campaign_name,
        at: row.created_at,
        outcome: row.outcome,
      }));
    },

    async findKey(clientId, key) {
      const [row] = await sql<KeyRow>`
        select i.client_id, i.key, i.fingerprint, i.call_id, i.at from idempotency_keys i
        where i.client_id = ${clientId} and i.key = ${key} and ${ownKey}`;
      return row ? toKey(row) : null;
    },
    async insertKey({ clientId, key, fingerprint, callId, at }) {
      requireOwn(filter, clientId);
      await sql`
        insert into idempotency_keys (client_id, key, fingerprint, call_id, at)
        values (${clientId}, ${key}, ${fingerprint}, ${callId}, ${at})`;
    },
    async dropKeys(before) {
      const rows = await sql`
        delete from idempotency_keys i where i.at < ${before} and ${ownKey}`;
      return rows.count;
    },
  };
}

function toCall(row: CallRow): Call {
  const { recording_reference: reference, recording_seconds: durationSeconds } = row;
  return {
    id: row.id,
    clientId: row.client_id,
    orderId: row.order_id,
    recordId: row.record_id,
    campaignId: row.campaign_id,
    assistantId: row.assistant_id,
    phoneNumber: row.phone_number,
    status: row.status,
    endReason: row.end_reason,
    answeredBy: row.answered_by,
    createdAt: row.created_at,
    answeredAt: row.answered_at,
    endedAt: row.ended_at,
    durationSeconds: row.duration_seconds,
    timeline: row.timeline.map(({ status, at }) => ({ status, at: new Date(at) })),
    summary: row.summary,
    recording: reference === null ? null : { reference, durationSeconds },
    agentRecordingUrl: row.agent_recording_url,
    provider: row.provider,
    providerCallId: row.provider_call_id,
    currency: row.currency,
    prices: {
      tariff: {
        currency: row.currency,
        setup: row.setup,
        perMinute: row.per_minute,
        incrementSeconds: row.increment_seconds,
      },
      operationalPerMinute: row.operational_per_minute,
      phonePerMinute: row.phone_per_minute,
    },
    reserved: row.reserved,
    price: row.price,
    operationalCost: row.operational_cost,
    phoneCost: row.phone_cost,
    phoneCurrency: row.phone_currency,
    maxSeconds: row.max_seconds,
    initiatedBy: row.initiated_by,
    tokenId: row.token_id,
    updatedAt: row.updated_at,
  };
}

function toView(row: CallRow & Names): CallView {
  return {
    call: toCall(row),
    recordName: row.record_name,
    campaignName: row.campaign_name,
    clientName: row.client_name,
  };
}

function toKey(row: KeyRow): IdempotencyKey {
  return {
    clientId: row.client_id,
    key: row.key,
    fingerprint: row.fingerprint,
    callId: row.call_id,
    at: row.at,
  };
}
