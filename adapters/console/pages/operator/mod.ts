/**
 * The operator's own pages; to everybody else they do not exist.
 *
 * @module
 */
import type { PageRoute } from "../../visit.tsx";
import { CLIENT_PAGES } from "./client.tsx";
import { CLIENTS_PAGES } from "./clients.tsx";
import { PEOPLE_PAGES } from "./people.tsx";

/** Every page of the operator's. */
export const OPERATOR_PAGES: readonly PageRoute[] = [
  ...CLIENTS_PAGES,
  ...CLIENT_PAGES,
  ...PEOPLE_PAGES,
].map((page) => ({ ...page, masterOnly: true }));
