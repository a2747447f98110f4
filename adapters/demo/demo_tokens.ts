/**
 * Tokens for trying everything that the product allows, and everything that it refuses.
 *
 * @module
 */
import type { NewToken } from "../../src/access/manage_tokens.ts";
import { type DaysAgo, DEMO } from "./demo.ts";

/** Secrets by what they may do. */
export interface DemoTokens {
  /** Every permission, at the first company. */
  admin: string;
  /** `calls.view` alone, at the first company. */
  viewer: string;
  /** An admin's read-only token, at the first company. */
  readOnly: string;
  /** Every permission, at the second company. */
  otherClient: string;
  /** The operator's: every company. */
  master: string;
  /** Of a user who belongs to no company: 403. */
  noClient: string;
  /** Revoked: 401. */
  revoked: string;
  /** Expired: 401. */
  expired: string;
  /** Neither of the calls' permissions, at the first company. */
  noView: string;
  /** Every permission, at a company without balance. */
  broke: string;
}

const ADMIN = "maya.torres@brightline.example";
const DAY = 24 * 3_600_000;

/** Issues a token of each kind, for users of the demo's setup document. */
export async function issueDemoTokens(daysAgo: DaysAgo, now: Date): Promise<DemoTokens> {
  const { access } = daysAgo(0);
  const issue = async (user: string, name: string, more: Partial<NewToken> = {}) =>
    (await access.issueToken(DEMO, { user, name, ...more })).secret;
  const past = await daysAgo(40).access.issueToken(DEMO, {
    user: ADMIN,
    name: "Trial",
    expiresAt: new Date(now.getTime() - 10 * DAY),
  });
  const lost = await daysAgo(20).access.issueToken(DEMO, { user: ADMIN, name: "Lost laptop" });
  await daysAgo(19).access.revokeToken(DEMO, lost.token.id);
  return {
    admin: await issue(ADMIN, "Assistant"),
    viewer: await issue("lena.fischer@brightline.example", "Assistant"),
    readOnly: await issue(ADMIN, "Reports", { readOnly: true }),
    otherClient: await issue("oliver.grant@harbourdental.example", "Assistant"),
    master: await issue("olga.ruiz@studio.example", "Assistant"),
    noClient: await issue("nia.novak@nowhere.example", "Assistant"),
    revoked: lost.secret,
    expired: past.secret,
    noView: await issue("noah.kim@brightline.example", "Assistant"),
    broke: await issue("bea.lund@paperkite.example", "Assistant"),
  };
}
