/**
 * Reads of calls; all need `calls.view`.
 *
 * @module
 */
import { type Principal, requirePermission, scopeOf } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import { DomainError, invalid, notFound } from "../kernel/errors.ts";
import { type Changes, touchesCall } from "../kernel/changes.ts";
import { requireId, type Uuid } from "../kernel/ids.ts";
import { type Page, pageRequest, toPage } from "../kernel/page.ts";
import { type AgentRecording, UNPLAYABLE } from "./agent_recordings.ts";
import { type Call, type CallStatus, END_REASONS, type EndReason, isLive } from "./call.ts";
import type { CallRef } from "./call_event.ts";
import type { ByteRange, RecordingStream } from "./call_gateway.ts";
import type { CallView } from "./call_repo.ts";
import type { Outcome } from "./outcome.ts";
import type { Turn } from "./transcript.ts";

/** Longest wait for a call's end. */
export const MAX_WAIT_SECONDS = 50;
/** Minutes for which a recording's link works. */
export const LINK_MINUTES = 15;
/** A change wakes whoever waits; this is for those that nobody was told of. */
const POLL_MILLISECONDS = 5_000;
const PROGRESS_SECONDS = 5;

/** Which calls to list. */
export type CallListing = {
  campaignUuid?: string;
  recordUuid?: string;
  orderUuid?: string;
  /** Those that have not ended, or those that have. */
  status?: "live" | "ended";
  endReason?: EndReason;
  page?: number;
  limit?: number;
};

/**
 * A page of calls, newest first.
 *
 * @throws DomainError `forbidden`; `invalid` for an unknown status or end reason; `not_found` for
 * an unknown filter uuid.
 */
export async function listCalls(
  { uow }: Pick<Ports, "uow">,
  principal: Principal,
  { campaignUuid, recordUuid, orderUuid, status, endReason, ...paging }: CallListing,
): Promise<Page<CallView>> {
  requirePermission(principal, "calls.view");
  const request = pageRequest(paging);
  if (status !== undefined && status !== "live" && status !== "ended") {
    throw invalid("status", "must be live or ended");
  }
  if (endReason !== undefined && !END_REASONS.includes(endReason)) {
    throw invalid("endReason", `must be one of ${END_REASONS.join(", ")}`);
  }
  const campaignId = campaignUuid === undefined ? undefined : requireId("Campaign", campaignUuid);
  const recordId = recordUuid === undefined ? undefined : requireId("Record", recordUuid);
  const orderId = orderUuid === undefined ? undefined : requireId("Call order", orderUuid);
  const live = status === undefined ? undefined : status === "live";
  return await uow.read(scopeOf(principal), async ({ campaigns, records, callOrders, calls }) => {
    const [campaign, record, order, slice] = await Promise.all([
      campaignId === undefined ? undefined : campaigns.get(campaignId),
      recordId === undefined ? undefined : records.get(recordId),
      orderId === undefined ? undefined : callOrders.get(orderId),
      calls.list({ campaignId, recordId, orderId, live, endReason }, request),
    ]);
    if (campaign === null) throw notFound("Campaign");
    if (record === null) throw notFound("Record");
    if (order === null) throw notFound("Call order");
    return toPage(request, slice);
  });
}

/** A call with what was found out on it. */
export type CallDetails = CallView & {
  outcomes: Outcome[];
};

/** A call's campaign, record, outcomes, costs and timeline. @throws DomainError `not_found`. */
export async function getCall(
  { uow }: Pick<Ports, "uow">,
  principal: Principal,
  callUuid: string,
): Promise<CallDetails> {
  requirePermission(principal, "calls.view");
  const id = requireId("Call", callUuid);
  return await uow.read(scopeOf(principal), async ({ calls }) => {
    const [view, outcomes] = await Promise.all([calls.get(id), calls.outcomes(id)]);
    if (view === null) throw notFound("Call");
    return { ...view, outcomes };
  });
}

/** How to wait for a call. */
export type Wait = {
  /** From 0 to {@link MAX_WAIT_SECONDS}. */
  seconds: number;
  /** Told of each new status, and every few seconds, with the call and the seconds waited. */
  onProgress?: (call: CallDetails, waited: number) => Promise<void>;
  /** Ends the wait early. */
  signal?: AbortSignal;
};

/** The call once it has ended, or as it stands when the time is over. */
export async function waitForCall(
  ports: Pick<Ports, "uow" | "clock" | "changes">,
  principal: Principal,
  callUuid: string,
  { seconds, onProgress, signal }: Wait,
): Promise<CallDetails> {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_WAIT_SECONDS) {
    throw invalid("waitSeconds", `must be a whole number from 0 to ${MAX_WAIT_SECONDS}`);
  }
  if (seconds === 0) return await getCall(ports, principal, callUuid);
  const started = ports.clock.now().getTime();
  let toldStatus: CallStatus | undefined;
  let toldAt = 0;
  using news = new CallNews(ports.changes, principal, callUuid);
  for (;;) {
    const change = news.next();
    const details = await getCall(ports, principal, callUuid);
    const waited = (ports.clock.now().getTime() - started) / 1000;
    if (!isLive(details.call) || waited >= seconds || signal?.aborted) return details;
    const { status } = details.call;
    if (status !== toldStatus || waited - toldAt >= PROGRESS_SECONDS) {
      toldStatus = status;
      toldAt = waited;
      await onProgress?.(details, waited);
    }
    const left = seconds * 1000 - waited * 1000;
    await ports.clock.sleep(Math.min(POLL_MILLISECONDS, left), anyOf(change, signal));
  }
}

/**
 * A call as it is, then again whenever it may have changed, until it has ended or the signal says
 * so: for whoever shows a call that is going on.
 *
 * @throws DomainError `not_found`.
 */
export async function* watchCall(
  ports: Pick<Ports, "uow" | "clock" | "changes">,
  principal: Principal,
  callUuid: string,
  signal?: AbortSignal,
): AsyncGenerator<CallDetails, void> {
  using news = new CallNews(ports.changes, principal, callUuid);
  for (;;) {
    const change = news.next();
    const details = await getCall(ports, principal, callUuid);
    yield details;
    if (!isLive(details.call) || signal?.aborted) return;
    await ports.clock.sleep(POLL_MILLISECONDS, anyOf(change, signal));
    if (signal?.aborted) return;
  }
}

/** Listens for one call's changes until it is disposed of. */
class CallNews implements Disposable {
  readonly #stop: () => void;
  #next = new AbortController();

  constructor(changes: Changes, principal: Principal, callUuid: string) {
    const id: Uuid = callUuid.toLowerCase();
    this.#stop = changes.subscribe(scopeOf(principal), (change) => {
      if (touchesCall(change, id)) this.#next.abort();
    });
  }

  /** Aborted at the next change. Take it before looking, or a change in between is missed. */
  next(): AbortSignal {
    if (this.#next.signal.aborted) this.#next = new AbortController();
    return this.#next.signal;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}

function anyOf(first: AbortSignal, second: AbortSignal | undefined): AbortSignal {
  return second === undefined ? first : AbortSignal.any([first, second]);
}

/** A call's turns, with its summary in the call. */
export type CallTranscript = CallView & {
  turns: Turn[];
};

/**
 * What was said on a call.
 *
 * @throws DomainError `not_found`; `absent` with the reason when there is no transcript.
 */
export async function getTranscript(
  { uow }: Pick<Ports, "uow">,
  principal: Principal,
  callUuid: string,
): Promise<CallTranscript> {
  requirePermission(principal, "calls.view");
  const id = requireId("Call", callUuid);
  return await uow.read(scopeOf(principal), async ({ calls }) => {
    const [view, transcript] = await Promise.all([calls.get(id), calls.transcript(id)]);
    if (view === null) throw notFound("Call");
    if (transcript === null) throw missing("transcript", view);
    return { ...view, turns: transcript.turns };
  });
}

/** A link to a recording. */
export type RecordingLink = CallView & {
  url: string;
  expiresAt: Date;
  durationSeconds: number | null;
};

/**
 * A link under which the call's recording can be heard for {@link LINK_MINUTES} minutes. The
 * telephony provider's recording is preferred to the agent's platform's: it is of the line itself.
 *
 * @throws DomainError `not_found`; `absent` with the reason when there is no recording.
 */
export async function getRecording(
  { uow, clock, recordingLinks, agentRecordings }: Pick<
    Ports,
    "uow" | "clock" | "recordingLinks" | "agentRecordings"
  >,
  principal: Principal,
  callUuid: string,
): Promise<RecordingLink> {
  requirePermission(principal, "calls.view");
  const id = requireId("Call", callUuid);
  const view = await uow.read(scopeOf(principal), ({ calls }) => calls.get(id));
  if (view === null) throw notFound("Call");
  const { recording, clientId } = view.call;
  if (recording === null) {
    const theirs = await agentRecording({ uow }, view.call);
    if (theirs === null) throw missing("recording", view);
    const why = await agentRecordings.check(theirs);
    if (why !== null) throw new DomainError("absent", UNPLAYABLE[why]);
  }
  const expiresAt = new Date(clock.now().getTime() + LINK_MINUTES * 60_000);
  const url = await recordingLinks.sign({ clientId, callId: id }, expiresAt);
  return { ...view, url, expiresAt, durationSeconds: recording?.durationSeconds ?? null };
}

/** The recording that the agent's platform keeps, if any. */
async function agentRecording(
  { uow }: Pick<Ports, "uow">,
  { clientId, assistantId, agentRecordingUrl: url }: Call,
): Promise<AgentRecording | null> {
  if (url === null) return null;
  const assistant = await uow.read(
    { clientId },
    ({ campaigns }) => campaigns.getAssistant(assistantId),
  );
  return assistant?.webhook ? { url, webhook: assistant.webhook } : null;
}

/**
 * The bytes of a recording for whoever holds a valid link: the link is the permission, and the
 * caller has checked it.
 *
 * @returns null when there is none.
 * @throws DomainError `unavailable` when the agent's platform cannot be reached.
 */
export async function openRecording(
  { uow, gateway, agentRecordings }: Pick<Ports, "uow" | "gateway" | "agentRecordings">,
  { clientId, callId }: CallRef,
  range: ByteRange | null,
): Promise<RecordingStream | null> {
  const view = await uow.read({ clientId }, ({ calls }) => calls.get(callId));
  if (view === null) return null;
  const own = view.call.recording === null ? null : await gateway.recording(view.call, range);
  if (own !== null) return own;
  const theirs = await agentRecording({ uow }, view.call);
  if (theirs === null) return null;
  const opened = await agentRecordings.open(theirs, range);
  if (typeof opened !== "string") return opened;
  if (opened === "unreachable") throw new DomainError("unavailable", UNPLAYABLE[opened]);
  return null;
}

function missing(what: "transcript" | "recording", { call }: CallView): DomainError {
  const why = isLive(call)
    ? `the call is still ${call.status}; wait for its end with get-call-details`
    : call.answeredAt === null
    ? `the call was never answered (${call.endReason})`
    : "it has not arrived; try again in a minute";
  return new DomainError("absent", `Call has no ${what}: ${why}`);
}
