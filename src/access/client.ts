/**
 * A client (the company that pays), its users, their roles, and their tokens.
 *
 * @module
 */
import type { PhoneRates, Tariff } from "../billing/pricing.ts";
import type { CallCaps } from "../compliance/call_caps.ts";
import type { ClientRules } from "../compliance/call_rules.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { Permission } from "./principal.ts";

/** A company; every row of its data carries its id. */
export type Client = {
  id: Uuid;
  /** Unique among clients, compared without case. */
  name: string;
  /** ISO 3166-1 alpha-2; the country that may be called unless its rules say otherwise. */
  country: string;
  /** What its calls cost it, and in which currency its balance is kept. */
  tariff: Tariff;
  /** What its calls are expected to cost us, until the provider tells. */
  phoneRates: PhoneRates;
  /** What every campaign of the client is held to. */
  rules: ClientRules;
  createdAt: Date;
};

/** A named set of permissions; of one client, or the operator's (`clientId` null). */
export type Role = {
  id: Uuid;
  clientId: Uuid | null;
  /** Unique within the client, compared without case. */
  name: string;
  /** Admin roles have every permission, also those added later. */
  admin: boolean;
  permissions: Permission[];
};

/** A person. Without a client and not a master, nothing is open to them. */
export type User = {
  id: Uuid;
  clientId: Uuid | null;
  roleId: Uuid;
  /** Unique, compared without case. */
  email: string;
  name: string;
  /** Belongs to the operator and sees every client. */
  master: boolean;
  createdAt: Date;
  /** Since when nothing of theirs is accepted: password, sessions, invitations, tokens. */
  disabledAt: Date | null;
};

/** What is kept of a token; the secret itself is not. */
export type Token = {
  id: Uuid;
  userId: Uuid;
  name: string;
  /** SHA-256 in hexadecimal. */
  hash: string;
  readOnly: boolean;
  /** Narrows what the user may do; null leaves it as it is. */
  permissions: Permission[] | null;
  /** On what is started with it. */
  caps: CallCaps;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};
