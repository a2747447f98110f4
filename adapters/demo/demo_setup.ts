/**
 * The demo's setup document: what `studio apply` could be given just as well.
 *
 * @module
 */
import type { Setup } from "../../src/setup/setup.ts";
import { brightline } from "./brightline.ts";
import { harbour, paperKite } from "./other_companies.ts";

/** Three companies with people, campaigns and contacts for each magic number. */
export function demoSetup(): Setup {
  return {
    masters: [{ email: "olga.ruiz@studio.example", name: "Olga Ruiz" }],
    unassigned: [{ email: "nia.novak@nowhere.example", name: "Nia Novak" }],
    clients: [harbour, paperKite, brightline],
  };
}
