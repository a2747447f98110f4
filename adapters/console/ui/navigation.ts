/**
 * The console's sections, in the order of the menu. A section is added together with its page.
 *
 * @module
 */
import type { IconName } from "./icon.tsx";

/** An entry of the menu. */
export interface Section {
  /** Path without the client's prefix; pages below it belong to it. */
  path: string;
  label: string;
  icon: IconName;
  group: "Work" | "Account" | "Operator";
  masterOnly?: boolean;
}

/** Every section. The first one is where a visit starts. */
export const SECTIONS: Section[] = [
  { path: "/campaigns", label: "Campaigns", icon: "campaign", group: "Work" },
  { path: "/calls", label: "Calls", icon: "phone", group: "Work" },
  { path: "/records", label: "Records", icon: "record", group: "Work" },
  { path: "/orders", label: "Call orders", icon: "order", group: "Work" },
  { path: "/imports", label: "Imports", icon: "import", group: "Work" },
  { path: "/audit", label: "Audit trail", icon: "audit", group: "Work" },
  { path: "/connect", label: "Connect", icon: "connect", group: "Account" },
  { path: "/profile/security", label: "Security", icon: "security", group: "Account" },
  {
    path: "/operator/clients",
    label: "Clients",
    icon: "operator",
    group: "Operator",
    masterOnly: true,
  },
];

/** Where a visit starts. */
export const START = SECTIONS[0].path;

/** Where one goes to look at a client: the first section that is about clients' work. */
export const CLIENT_START = SECTIONS.find(({ group }) => group === "Work")?.path ?? null;
