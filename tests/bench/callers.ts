/**
 * Whose tokens the bench calls with: the largest client, a middling one, and a small one, each with
 * uuids of its own rows.
 *
 * @module
 */
import { Lane } from "../../adapters/postgres/lane.ts";
import { operator } from "../../src/access/principal.ts";
import { withApp } from "./data/fill.ts";
import { planOf } from "./data/plan.ts";

/** A client's admin and what there is to ask for. */
export interface Caller {
  clientId: string;
  token: string;
  /** Records in all. */
  records: number;
  recordUuids: string[];
  recordTypeUuid: string;
  campaignUuids: string[];
  /** Addresses that one record each has, and numbers. */
  emails: string[];
  phoneNumbers: string[];
  /** Records without an open order for a campaign, and that campaign. */
  unplanned: { recordUuid: string; campaignUuid: string }[];
  /** Another number for every run. */
  run: number;
  /** Orders that may be called. */
  openOrderUuids: string[];
  /** Calls with a transcript, outcomes and a recording. */
  callUuids: string[];
}

/** Ranks by size: of the largest, of one in the middle, of the smallest. */
export const RANKS = { huge: 0, middle: 9, small: 99 };
/** Ranks of clients of about the same size, a hundredth of the largest's, with a hundredth of the data and with all. */
export const SAME = { small: 1, large: 92 };

/** Issues a token to the admin of a client, by rank, and looks around. */
export async function callerOf(ownerUrl: string, rank: number): Promise<Caller> {
  const { email } = planOf(1)[rank];
  const token = await withApp(ownerUrl, async (app) => {
    const { secret } = await app.access.issueToken(operator("bench"), {
      user: email,
      name: "bench",
    });
    return secret;
  });
  const lane = await Lane.open({ url: ownerUrl }, 10_000);
  try {
    const [found] = await lane.send<Omit<Caller, "token" | "run">>({
      text: `select u.client_id as "clientId",
        (select count(*)::int from records r where r.client_id = u.client_id) as records,
        array(select id from records r where r.client_id = u.client_id order by md5(id::text) limit 500)
          as "recordUuids",
        (select id from record_types t where t.client_id = u.client_id and name = 'Customer') as "recordTypeUuid",
        array(select id from campaigns k where k.client_id = u.client_id order by name) as "campaignUuids",
        array(select email from records r where r.client_id = u.client_id order by md5(id::text) limit 300)
          as "emails",
        array(select phone_number from records r where r.client_id = u.client_id order by md5(id::text) limit 300)
          as "phoneNumbers",
        (select jsonb_agg(jsonb_build_object('recordUuid', r.id, 'campaignUuid', k.id)) from (
          select id from records r where r.client_id = u.client_id and r.status = 'active'
            and r.do_not_call_at is null
          order by md5(id::text) limit 400
        ) as r cross join lateral (
          select k.id from campaigns k where k.client_id = u.client_id and not exists (
            select from call_orders o where o.client_id = u.client_id and o.record_id = r.id
              and o.campaign_id = k.id and o.status in ('planned', 'busy', 'rescheduled')
          ) order by md5(k.id::text || r.id) limit 1
        ) as k) as "unplanned",
        array(select o.id from call_orders o
          join records r on r.client_id = o.client_id and r.id = o.record_id and r.status = 'active'
            and r.do_not_call_at is null
          where o.client_id = u.client_id and o.status = 'planned' and o.attempts < 3
            and not exists (select from calls l where l.client_id = o.client_id and l.order_id = o.id
              and l.status in ('dialing', 'queued', 'ringing', 'in_progress'))
          order by md5(o.id::text) limit 500) as "openOrderUuids",
        array(select id from (select id from calls l where l.client_id = u.client_id
          and l.answered_by = 'person' limit 2000) as talked order by md5(id::text) limit 200) as "callUuids"
        from users u where u.email = $1`,
      parameters: [email],
    });
    return { token, run: Math.floor(Math.random() * 7000), ...found };
  } finally {
    await lane.end();
  }
}
