/**
 * What a contact with an hour's time asks, and how the agent answers.
 *
 * @module
 */

/** Question of the contact, answer of the agent. */
export const HOUR_LONG: readonly (readonly [string, string])[] = [
  [
    "Since I have you on the line, could you take me through how it works from the start?",
    "Gladly. It begins with a short talk about what you need, and you decide on each step after that.",
  ],
  [
    "Hold on, I am getting something to write with. Yes, go on.",
    "Then a colleague prepares a proposal for you, usually within two working days.",
  ],
  [
    "What does the proposal say about prices?",
    "It lists every price on its own, one-off and monthly, and nothing is charged before you agree.",
  ],
  [
    "Wait, my partner has just come in. I will put you on the speaker.",
    "Of course, take your time. Hello to both of you.",
  ],
  [
    "We would like to know how long we would be bound.",
    "It runs from month to month. A year costs less, but nobody has to take it.",
  ],
  [
    "And who do we speak to when something does not work?",
    "You would have one person who knows your case, and a line that is answered around the clock.",
  ],
  [
    "Let me look up what we pay today. One moment, the papers are upstairs.",
    "No hurry, I am staying on the line.",
  ],
  [
    "Here it is. It is more than I remembered. Would we have to cancel that ourselves?",
    "We can do it for you; all it takes is your signature on one page.",
  ],
  [
    "What happens to what we have already paid for?",
    "What is left of it is set off against the first months, so you would not pay twice.",
  ],
  [
    "Could you repeat that for my partner, a little slower?",
    "Certainly. What you have paid already counts towards the first months with us.",
  ],
  [
    "Good. And when could it begin at the earliest?",
    "Two weeks after you have said yes. Most people choose the first of a month.",
  ],
  [
    "We would like to have all of this in writing before we decide.",
    "You will have it by e-mail tomorrow, with everything that we have talked about.",
  ],
  [
    "Let us go through the whole list once more, so that we have understood it all.",
    "Of course: a talk, a proposal, a month to month contract, and one person who looks after you.",
  ],
];
