/**
 * Every page behind the sign-in.
 *
 * @module
 */
import type { PageRoute } from "../visit.tsx";
import { CALL_PAGES } from "./call.tsx";
import { CALLS_PAGES } from "./calls.tsx";
import { CAMPAIGN_PAGES } from "./campaign.tsx";
import { CAMPAIGNS_PAGES } from "./campaigns.tsx";
import { CONNECT_PAGES } from "./connect.tsx";
import { SECURITY_PAGES } from "./security.tsx";

/** Every page behind the sign-in. */
export const PAGES: readonly PageRoute[] = [
  ...CAMPAIGNS_PAGES,
  ...CAMPAIGN_PAGES,
  ...CALLS_PAGES,
  ...CALL_PAGES,
  ...CONNECT_PAGES,
  ...SECURITY_PAGES,
];
