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
  /** Orders that may be called. */
  openOrderUuids: string[];
  /** Calls with a transcript, outcomes and a recording. */
  callUuids: string[];
}

/** Ranks by size: of the largest, of one in the middle, of the smallest. */
export const RANKS = { huge: 0, middle: 9, small: 99 };

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
    const [found] = await lane.send<Omit<Caller, "token">>({
      text: `select u.client_id as "clientId",
        (select count(*)::int from records r where r.client_id = u.client_id) as records,
        array(select id from records r where r.client_id = u.client_id order by md5(id::text) limit 500)
          as "recordUuids",
        (select id from record_types t where t.client_id = u.client_id and name = 'Customer') as "recordTypeUuid",
        array(select id from campaigns k where k.client_id = u.client_id order by name) as "campaignUuids",
        array(select id from call_orders o where o.client_id = u.client_id and o.status = 'planned'
          order by md5(id::text) limit 500) as "openOrderUuids",
        array(select id from (select id from calls l where l.client_id = u.client_id
          and l.answered_by = 'person' limit 2000) as talked order by md5(id::text) limit 200) as "callUuids"
        from users u where u.email = $1`,
      parameters: [email],
    });
    return { token, ...found };
  } finally {
    await lane.end();
  }
}
