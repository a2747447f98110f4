/**
 * What the use cases need of the world.
 *
 * @module
 */
import type { AgentRecordings } from "./calls/agent_recordings.ts";
import type { PasswordHasher } from "./access/password_hasher.ts";
import type { CallGateway } from "./calls/call_gateway.ts";
import type { RecordingLinks } from "./calls/recording_links.ts";
import type { PhoneNumbers } from "./compliance/phone_numbers.ts";
import type { Changes } from "./kernel/changes.ts";
import type { Clock } from "./kernel/clock.ts";
import type { RateLimits } from "./kernel/rate_limits.ts";
import type { UnitOfWork } from "./kernel/unit_of_work.ts";

/** Every port that is not a repository. */
export type Ports = {
  uow: UnitOfWork;
  changes: Changes;
  clock: Clock;
  gateway: CallGateway;
  phoneNumbers: PhoneNumbers;
  recordingLinks: RecordingLinks;
  agentRecordings: AgentRecordings;
  passwords: PasswordHasher;
  rateLimits: RateLimits;
  /** Keys the audit trail's hashes; best kept where the database's owner cannot read it. */
  auditKey: string;
};

/** What reads of the store need. */
export type Store = Pick<Ports, "uow">;
