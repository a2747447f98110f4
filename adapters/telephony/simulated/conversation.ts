/**
 * What is said on a simulated call, by how the call goes and what the assistant is to find out.
 *
 * @module
 */
import { exchangeOn, leaning, spoken, telling, workdayAfter } from "./answers.ts";
import type { Fate } from "./fates.ts";
import { HOUR_LONG } from "./long_talk.ts";
import type { Chance } from "./random.ts";
import { type Conversation, Talk, type Topic } from "./talk.ts";

/** The conversation of an answered call, cut off at the longest that it may take. */
export function converse(fate: Fate, topic: Topic, chance: Chance): Conversation {
  return cutAt(topic.maxSeconds, whole(fate, new Talk(topic, chance)));
}

function whole(fate: Fate, talk: Talk): Conversation {
  switch (fate) {
    case "voicemail":
      return voicemail(talk);
    case "hangs_up":
      return hangsUp(talk);
    case "opts_out":
      return optsOut(talk);
    case "not_interested":
      return notInterested(talk);
    case "asks_callback":
      return asksCallback(talk);
    case "hour_long":
      return interested(talk, 3600);
    default:
      return interested(talk, 0);
  }
}

function greet(talk: Talk): void {
  const { first, about, chance } = talk;
  talk.say("contact", chance.pick(["Hello?", first ? `${first} speaking.` : "Yes, hello?"]));
  const greeting = first ? `Hello ${first}` : "Hello";
  talk.say(
    "agent",
    chance.pick([
      `${greeting}, this is the automated assistant calling about ${about}. Do you have a minute?`,
      `${greeting}, I am an automated assistant, and I am calling about ${about}. ` +
      "Is this a good time?",
    ]),
  );
}

function interested(talk: Talk, atLeastSeconds: number): Conversation {
  const { chance } = talk;
  greet(talk);
  talk.say("contact", chance.pick(["Sure, go ahead.", "Yes, what is it about?", "Yes, I have."]));
  if (talk.instructions) {
    talk.say("agent", `There is one thing my team asked me to bring up: ${talk.instructions}`);
    talk.say("contact", chance.pick(["Good to know, thank you.", "All right, I see."]));
  }
  for (const definition of talk.definitions) {
    const { question, answer, value } = exchangeOn(definition, talk.mood);
    talk.say("agent", question);
    talk.note(definition, value, talk.say("contact", answer));
  }
  HOUR_LONG.forEach(([asked, answered], i) => {
    if (atLeastSeconds === 0) return;
    talk.seconds = Math.max(talk.seconds, Math.floor((atLeastSeconds * (i + 1)) / 15));
    talk.say("contact", asked);
    talk.say("agent", answered);
  });
  talk.seconds = Math.max(talk.seconds, atLeastSeconds - 12);
  talk.say("agent", "Thank you, I have noted that. A colleague will get in touch with you.");
  talk.say("contact", chance.pick(["Great, thank you. Bye.", "Thanks, goodbye."]));
  return talk.close(
    chance.pick(["contact_hangup", "agent_hangup"]),
    `${talk.who} is interested in ${talk.about}.${findings(talk)}`,
    atLeastSeconds === 0 ? {} : { seconds: atLeastSeconds },
  );
}

function notInterested(talk: Talk): Conversation {
  const { chance } = talk;
  talk.mood.warm = false;
  greet(talk);
  const turn = talk.say(
    "contact",
    chance.pick([
      "To be honest, this is not for us at the moment.",
      "Thank you, but I am not interested.",
    ]),
  );
  noteFeeling(talk, turn);
  talk.say("agent", "I understand. May I ask what the main reason is?");
  const reason = talk.say(
    "contact",
    chance.pick([
      "The timing is wrong; our budget for this year is spent.",
      "We have a contract with somebody else until next summer.",
      "We tried something like it before, and it did not work out.",
    ]),
  );
  const remark = talk.definitions.find(({ type }) => type === "text");
  if (remark) talk.note(remark, talk.turns[reason].text.replace(/\.$/, ""), reason);
  talk.say("agent", "That is good to know. Thank you for your time, and have a good day.");
  talk.say("contact", "You too. Bye.");
  return talk.close(
    "agent_hangup",
    `${talk.who} is not interested in ${talk.about} at the moment.`,
  );
}

function asksCallback(talk: Talk): Conversation {
  const { chance, mood } = talk;
  greet(talk);
  const day = workdayAfter(mood.today, chance.between(1, 6));
  const turn = talk.say(
    "contact",
    `This is a bad moment, I am on my way out. Could you call again on ${spoken(day)}?`,
  );
  const date = talk.definitions.find(({ type }) => type === "date");
  if (date) talk.note(date, day.toISOString().slice(0, 10), turn);
  talk.say("agent", `Of course. We will call you again on ${spoken(day)}. Goodbye.`);
  talk.say("contact", "Thanks, bye.");
  return talk.close(
    "contact_hangup",
    `${talk.who} had no time and asked to be called again on ${spoken(day)}.`,
  );
}

function optsOut(talk: Talk): Conversation {
  talk.mood.warm = false;
  greet(talk);
  const turn = talk.say(
    "contact",
    talk.chance.pick([
      "No. Please take me off your list and do not call me again.",
      "I do not want any more calls from you. Remove my number, please.",
    ]),
  );
  noteFeeling(talk, turn);
  talk.say("agent", "I am sorry to have bothered you. You will not be called again. Goodbye.");
  return talk.close(
    "contact_hangup",
    `${talk.who} asked not to be called again, and was told so.`,
    { optOutTurn: turn },
  );
}

function hangsUp(talk: Talk): Conversation {
  talk.say("contact", "Hello?");
  talk.turns.push({ role: "agent", startSeconds: 1, text: "Hello, this is the automated…" });
  const summary =
    `${talk.who} hung up after two seconds, before the assistant could say why it called.`;
  return talk.close("contact_hangup", summary, { seconds: 2 });
}

function voicemail(talk: Talk): Conversation {
  const owner = talk.first ? `${talk.first} cannot` : "The person you are calling cannot";
  talk.say("contact", `${owner} answer the phone now. Please leave a message after the tone.`);
  talk.say(
    "agent",
    `Hello, this is the automated assistant calling about ${talk.about}. ` +
      "I will try again at another time. Goodbye.",
  );
  return talk.close("voicemail", `Reached ${talk.who}'s voicemail and left a short message.`);
}

const ABOUT_WANTING = /interest|want|wish|accept|agree|buy|renew|opt|refus|declin/i;

/** What a refusal says of the outcomes without anybody asking. */
function noteFeeling(talk: Talk, turn: number): void {
  for (const definition of talk.definitions) {
    const { name, type, description } = definition;
    if (type === "boolean" && ABOUT_WANTING.test(`${name} ${description}`)) {
      talk.note(definition, leaning(name, false), turn);
    }
    const choice = type === "choice" ? telling(definition, false) : null;
    if (choice !== null) talk.note(definition, choice, turn);
  }
}

function findings({ outcomes }: Talk): string {
  const told = outcomes
    .filter(({ type }) => type !== "boolean" && type !== "text")
    .slice(0, 3)
    .map(({ name, value }) => `${name.replaceAll("_", " ")} ${String(value).replaceAll("_", " ")}`);
  return told.length === 0 ? "" : ` Noted: ${told.join("; ")}.`;
}

const CUT_OFF = "The call was cut off";

function cutAt(maxSeconds: number, whole: Conversation): Conversation {
  if (whole.seconds <= maxSeconds) return whole;
  const turns = whole.turns.filter(({ startSeconds }) => startSeconds < maxSeconds);
  const reached = (turn: number | null) => turn !== null && turn < turns.length;
  const outcomes = whole.outcomes.filter(({ turn }) => reached(turn));
  return {
    turns,
    seconds: maxSeconds,
    reason: "max_duration",
    summary: outcomes.length === whole.outcomes.length
      ? `${whole.summary} ${CUT_OFF}.`
      : `${CUT_OFF}, before everything was talked over.`,
    outcomes,
    optOutTurn: reached(whole.optOutTurn) ? whole.optOutTurn : null,
  };
}
