/** Calls of which everything has come in: for tests of pages that show them. */
import { recordingOf } from "../../adapters/telephony/simulated/mp3.ts";
import type { Call } from "../../src/calls/call.ts";
import type { Turn } from "../../src/calls/transcript.ts";
import { addCall, report, talk } from "../support/studio.ts";
import type { ConsoleUnderTest } from "./harness.ts";

/** What is said on them. */
export const TURNS: Turn[] = [
  { role: "agent", startSeconds: 0, text: "Hello, this is an automated assistant." },
  { role: "contact", startSeconds: 4.5, text: "Yes, do call me back." },
  { role: "agent", startSeconds: 12, text: "Thank you, good-bye." },
];
/** How long they are. */
export const SECONDS = 20;

/** What comes in once a call has ended. */
export async function tell(house: ConsoleUnderTest, call: Call, turns = TURNS): Promise<void> {
  house.gateway.recording = (_, range) => Promise.resolve(recordingOf(turns, SECONDS, range));
  await report(house, call, { type: "recording", reference: "r", durationSeconds: SECONDS });
  await report(house, call, {
    type: "outcomes",
    outcomes: [
      { name: "interested", type: "boolean", value: true, turn: 1 },
      { name: "remark", type: "text", value: turns[1].text, turn: 7 },
    ],
  });
  await report(house, call, { type: "transcript", turns, summary: turns[1].text });
}

/** A call that was talked on, with all that there is to know of it. */
export async function wholeCall(house: ConsoleUnderTest, turns = TURNS): Promise<Call> {
  const call = await addCall(house);
  await talk(house, call, SECONDS);
  await tell(house, call, turns);
  return call;
}
