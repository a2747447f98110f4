/**
 * A call: how it went, what was said, what was found out, and what it cost.
 *
 * While the call is live, the page's script asks for the same address with `after=<status>`, which
 * is answered as soon as the status is another, and puts the parts that differ in their places.
 * Without scripts the browser loads the page anew every few seconds.
 *
 * @module
 */
import { type Call, isLive } from "../../../src/calls/call.ts";
import type { CallDetails, CallTranscript, RecordingLink } from "../../../src/calls/queries.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import { durationText, wordsOf } from "../ui/format.ts";
import { PageHeader, Section } from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { Cost, FactsOfCall, Outcomes, Timeline } from "./call_parts.tsx";
import { Heard } from "./call_transcript.tsx";
import { CallBadge, seeing } from "./calls.tsx";

/** Seconds that a request for news is held at most. */
const HOLD = 20;
/** Seconds between two looks without a script, or at what comes in after a call. */
const AGAIN = 5;
/** Minutes after a call in which its transcript and recording are likely to come in. */
const LATE = 3;

/** A call's page. */
export const CALL_PAGES: readonly PageRoute[] = [
  { path: "/calls/:uuid", ofClient: true, get: (visit) => seeing(visit, () => callPage(visit)) },
];

async function callPage(visit: Visit): Promise<Response> {
  const { app: { calls }, principal, params: { uuid } } = visit;
  const after = visit.query("after");
  if (after !== null) await untilAfter(visit, after);
  const [details, transcript, recording] = await Promise.all([
    calls.get(principal, uuid),
    ifThere(calls.transcript(principal, uuid)),
    ifThere(calls.recording(principal, uuid)),
  ]);
  const { call, recordName, campaignName } = details;
  const campaign = `/campaigns/${call.campaignId}`;
  const crumbs = [
    { label: "Campaigns", path: "/campaigns" },
    { label: campaignName, path: campaign },
    { label: "Calls", path: `${campaign}/calls` },
  ];
  return await visit.page(
    { title: `Call to ${recordName}`, crumbs, scripts: ["call.js"] },
    <>
      <p class="unseen" id="call-news" role="status"></p>
      <Body visit={visit} details={details} transcript={transcript} recording={recording} />
    </>,
  );
}

/** Waits until the call's status is another, for {@link HOLD} seconds at most. */
async function untilAfter(visit: Visit, status: string): Promise<void> {
  const changed = new AbortController();
  await visit.app.calls.wait(visit.principal, visit.params.uuid, {
    seconds: HOLD,
    signal: AbortSignal.any([changed.signal, visit.signal]),
    onProgress: ({ call }) => {
      if (call.status !== status) changed.abort();
      return Promise.resolve();
    },
  });
}

/** What is found, or null when it is not there. */
async function ifThere<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof DomainError && error.code === "absent") return null;
    throw error;
  }
}

/** The page, in parts that the script can replace one by one. */
function Body(
  { visit, details, transcript, recording }: {
    visit: Visit;
    details: CallDetails;
    transcript: CallTranscript | null;
    recording: RecordingLink | null;
  },
) {
  const { call, outcomes, recordName } = details;
  const live = isLive(call);
  const whole = transcript !== null && recording !== null;
  const late = !whole && isFresh(call, visit.now);
  return (
    <div
      id="call"
      data-after={live ? call.status : undefined}
      data-again={late ? AGAIN : undefined}
      data-news={newsOf(call, transcript !== null)}
    >
      <div data-part="head">
        <PageHeader title={`Call to ${recordName}`} lead={<Lead call={call} late={late} />} />
      </div>
      <div class="call-columns">
        <div class="call-main">
          <div data-part="outcomes">
            <Section
              title="Outcomes"
              about="What the assistant took from the call, with where it was said."
            >
              <Outcomes call={call} outcomes={outcomes} turns={transcript?.turns ?? []} />
            </Section>
          </div>
          <div data-part="heard">
            <Heard call={call} transcript={transcript} recording={recording} />
          </div>
        </div>
        <div class="call-side">
          <div data-part="timeline">
            <Section title="Timeline">
              <Timeline call={call} />
            </Section>
          </div>
          <div data-part="facts">
            <Section title="About this call">
              <FactsOfCall visit={visit} details={details} />
            </Section>
          </div>
          <div data-part="cost">
            <Section title="Cost">
              <Cost call={call} />
            </Section>
          </div>
        </div>
      </div>
    </div>
  );
}

function Lead({ call, late }: { call: Call; late: boolean }) {
  const live = isLive(call);
  return (
    <>
      <CallBadge call={call} />{" "}
      {live ? <span class="live">Live: this page follows the call.</span> : (
        <>
          {call.endReason !== null && wordsOf(call.endReason)}
          {call.durationSeconds !== null && `, ${durationText(call.durationSeconds)} long`}
          {late && ". The transcript and the recording are on their way."}
        </>
      )}
      {(live || late) && (
        <noscript>
          <meta http-equiv="refresh" content={String(AGAIN)} />
        </noscript>
      )}
    </>
  );
}

/** Whether a call is so fresh that what was said on it may still be on its way. */
function isFresh({ answeredAt, endedAt }: Call, now: Date): boolean {
  if (answeredAt === null || endedAt === null) return false;
  return now.getTime() - endedAt.getTime() < LATE * 60_000;
}

/** What a screen reader says when it is new. */
function newsOf(call: Call, said: boolean): string {
  if (isLive(call)) return `The call is ${wordsOf(call.status).toLowerCase()}.`;
  const ended = `The call has ended: ${wordsOf(call.endReason ?? call.status).toLowerCase()}.`;
  return said ? `${ended} Its transcript is there.` : ended;
}
