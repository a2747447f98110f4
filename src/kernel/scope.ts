/**
 * Whose rows a unit of work is about.
 *
 * @module
 */
import type { Uuid } from "./ids.ts";

/**
 * What a unit of work may see: one client's rows, every client's, or (while nobody is known yet)
 * only what authentication needs.
 */
export type Scope = { clientId: Uuid } | "all" | "authentication";
