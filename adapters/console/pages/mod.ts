/**
 * Every page behind the sign-in.
 *
 * @module
 */
import type { PageRoute } from "../visit.tsx";
import { AUDIT_PAGES } from "./audit.tsx";
import { CALL_NOW } from "./call_now.tsx";
import { CALL_PAGES } from "./call.tsx";
import { CALLS_PAGES } from "./calls.tsx";
import { CAMPAIGN_PAGES } from "./campaign.tsx";
import { CAMPAIGNS_PAGES } from "./campaigns.tsx";
import { CONNECT_PAGES } from "./connect.tsx";
import { IMPORT_PAGE } from "./import.tsx";
import { IMPORT_PAGES } from "./imports.tsx";
import { ORDER_LIST } from "./orders.tsx";
import { RECORD_PAGE } from "./record.tsx";
import { RECORD_FORMS } from "./record_form.tsx";
import { RECORD_LIST } from "./records.tsx";
import { OPERATOR_PAGES } from "./operator/mod.ts";
import { SECURITY_PAGES } from "./security.tsx";

/** Every page behind the sign-in. */
export const PAGES: readonly PageRoute[] = [
  ...CAMPAIGNS_PAGES,
  ...CAMPAIGN_PAGES,
  ...CALLS_PAGES,
  ...CALL_PAGES,
  RECORD_LIST,
  ...RECORD_FORMS,
  ...RECORD_PAGE,
  CALL_NOW,
  ORDER_LIST,
  ...IMPORT_PAGES,
  ...IMPORT_PAGE,
  ...AUDIT_PAGES,
  ...CONNECT_PAGES,
  ...SECURITY_PAGES,
  ...OPERATOR_PAGES,
];
