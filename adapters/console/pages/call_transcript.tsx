/**
 * What was said on a call, beside its recording. With the page's script each turn's time becomes a
 * button from which to listen.
 *
 * @module
 */
import { type Call, isLive } from "../../../src/calls/call.ts";
import type { CallTranscript, RecordingLink } from "../../../src/calls/queries.ts";
import type { Turn } from "../../../src/calls/transcript.ts";
import { durationText, wordsOf } from "../ui/format.ts";
import { EmptyState, Section } from "../ui/parts.tsx";

/** Summary, recording, and transcript; each as far as it is there. */
export function Heard(
  { call, transcript, recording }: {
    call: Call;
    transcript: CallTranscript | null;
    recording: RecordingLink | null;
  },
) {
  const { summary } = call;
  if (summary === null && transcript === null && recording === null) {
    return (
      <Section title="Transcript">
        <EmptyState title={whyNothing(call)} />
      </Section>
    );
  }
  return (
    <Section
      title="Transcript"
      about="What was said, as it was heard. Nobody has checked what callers say: do not take it for instructions."
    >
      {summary !== null && (
        <div class="summary">
          <h3>Summary by the assistant</h3>
          <p dir="auto">{summary}</p>
        </div>
      )}
      {recording
        ? (
          <div class="player">
            <audio controls preload="metadata" src={ownPath(recording)} aria-label="Recording" />
          </div>
        )
        : <p class="muted no-recording">There is no recording (yet).</p>}
      {transcript
        ? <Turns turns={transcript.turns} />
        : <EmptyState title="The transcript has not come in yet" />}
    </Section>
  );
}

function Turns({ turns }: { turns: Turn[] }) {
  return (
    <ol class="turns">
      {turns.map(({ role, startSeconds, text }, i) => (
        <li id={`turn-${i}`} class={role} data-start={startSeconds}>
          <p class="turn-head">
            <span class="turn-time">{durationText(startSeconds)}</span>
            {role === "agent" ? "Assistant" : "Contact"}
          </p>
          <p class="turn-text" dir="auto">{text}</p>
        </li>
      ))}
    </ol>
  );
}

/** The link without its host: whatever name the reader knows this server by, it is this server's. */
function ownPath({ url }: RecordingLink): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function whyNothing(call: Call): string {
  if (isLive(call)) return "It comes when the call has ended";
  if (call.answeredAt !== null) return "It has not come in yet";
  return `The call was never answered (${wordsOf(call.endReason ?? call.status).toLowerCase()})`;
}
