/**
 * Every page behind the sign-in.
 *
 * @module
 */
import type { PageRoute } from "../visit.tsx";
import { SECURITY_PAGES } from "./security.tsx";

/** Every page behind the sign-in. */
export const PAGES: readonly PageRoute[] = [...SECURITY_PAGES];
