/**
 * SIP against sipp, on UDP and on TCP, in both orders of offer and answer.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { EndReason } from "../../src/calls/call.ts";
import type { DialRequest } from "../../src/calls/call_gateway.ts";
import { sipStudio } from "../support/sip_studio.ts";
import {
  answers,
  answersAgain,
  asks,
  confirms,
  hangsUp,
  type SippTransport,
  startSipp,
  takes,
  takesInvite,
  takesInviteWith,
  waits,
} from "../support/sipp.ts";
import { whenThere } from "../support/skip.ts";

interface Scenario {
  told: string;
  offer?: "early" | "late";
  phone: string[];
  agent?: string[];
  dial?: Partial<DialRequest>;
  reason: EndReason;
  stages: string[];
}

const PHONE = 4000;
const AGENT = 5000;
const TALK = ["queued", "ringing", "answered", "ended"];
const UNANSWERED = ["queued", "ringing", "ended"];

const joins = {
  early: [
    takesInvite(),
    answers(180),
    waits(100),
    answers(200, { sdp: PHONE }),
    takes("ACK"),
    takes("INVITE", `m=audio ${AGENT} `),
    answersAgain(PHONE),
    takes("ACK"),
  ],
  late: [
    takesInvite(),
    answers(180),
    waits(100),
    answers(200, { sdp: PHONE }),
    takes("ACK", `m=audio ${AGENT} `),
  ],
};
const agentJoins = [
  takesInvite(`m=audio ${PHONE} `),
  answers(180),
  waits(100),
  answers(200, { sdp: AGENT }),
  takes("ACK"),
];
const isHungUp = [takes("BYE"), confirms];
/** Answers a call, is told that there is no agent, and is hung up on. */
const answersInVain = [takesInvite(), answers(180), answers(200, { sdp: PHONE }), takes("ACK")];
const SCENARIOS: Scenario[] = [
  ...(["early", "late"] as const).flatMap((offer): Scenario[] => [
    {
      told: `the person hangs up (${offer})`,
      offer,
      phone: [...joins[offer], waits(700), hangsUp],
      agent: [...agentJoins, ...isHungUp],
      reason: "contact_hangup",
      stages: TALK,
    },
    {
      told: `the agent hangs up (${offer})`,
      offer,
      phone: [...joins[offer], ...isHungUp],
      agent: [...agentJoins, waits(700), hangsUp],
      reason: "agent_hangup",
      stages: TALK,
    },
    {
      told: `the longest time is over (${offer})`,
      offer,
      phone: [...joins[offer], ...isHungUp],
      agent: [...agentJoins, ...isHungUp],
      dial: { maxSeconds: 2 },
      reason: "max_duration",
      stages: TALK,
    },
    {
      told: `the agent is busy (${offer})`,
      offer,
      phone: [...answersInVain, ...isHungUp],
      agent: [takesInvite(), answers(486), takes("ACK")],
      reason: "agent_unavailable",
      stages: UNANSWERED,
    },
  ]),
  {
    told: "nobody answers",
    phone: [
      takesInvite(),
      answers(180),
      takes("CANCEL"),
      confirms,
      answers(487, { cseq: "CSeq: [last_cseq_number] INVITE" }),
      takes("ACK"),
    ],
    dial: { ringSeconds: 1 },
    reason: "no_answer",
    stages: UNANSWERED,
  },
  {
    told: "the answer crosses the CANCEL",
    phone: [
      takesInvite(),
      answers(180),
      takes("CANCEL"),
      confirms,
      answers(200, { sdp: PHONE, cseq: "CSeq: [last_cseq_number] INVITE" }),
      takes("ACK"),
      ...isHungUp,
    ],
    dial: { ringSeconds: 1 },
    reason: "no_answer",
    stages: UNANSWERED,
  },
  {
    told: "the trunk wants session timers, and refreshes by UPDATE and by re-INVITE",
    phone: [
      takesInviteWith({ Supported: "timer" }),
      answers(422, { headers: "Min-SE: 120" }),
      takes("ACK"),
      takesInviteWith({ "Session-Expires": "120", "Min-SE": "120" }),
      answers(180),
      answers(200, {
        sdp: PHONE,
        headers: "Require: timer\nSupported: timer\nSession-Expires: 120;refresher=uas",
      }),
      takes("ACK"),
      takes("INVITE", `m=audio ${AGENT} `),
      answersAgain(PHONE),
      takes("ACK"),
      asks("UPDATE", {
        cseq: 1,
        headers: "Supported: timer\nSession-Expires: 120;refresher=uac",
        expects: { "Session-Expires": "120;refresher=uac", Require: "timer" },
      }),
      asks("INVITE", {
        cseq: 2,
        sdp: PHONE,
        headers: "Supported: timer\nSession-Expires: 120;refresher=uac",
        expects: {
          "Session-Expires": "120;refresher=uac",
          "Content-Type": "application/sdp",
          body: `m=audio ${AGENT} `,
        },
      }),
      waits(300),
      hangsUp,
    ],
    agent: [...agentJoins, ...isHungUp],
    reason: "contact_hangup",
    stages: TALK,
  },
  {
    told: "the trunk offers other media by UPDATE, and has the agent's answer",
    phone: [
      ...joins.early,
      waits(200),
      asks("UPDATE", { cseq: 1, sdp: 4002, expects: { body: "m=audio 5002 " } }),
      waits(200),
      hangsUp,
    ],
    agent: [
      ...agentJoins,
      takes("INVITE", "m=audio 4002 "),
      answersAgain(5002),
      takes("ACK"),
      ...isHungUp,
    ],
    reason: "contact_hangup",
    stages: TALK,
  },
  ...([
    [486, "busy"],
    [600, "busy"],
    [603, "declined"],
    [404, "invalid_number"],
    [480, "no_answer"],
    [607, "unwanted"],
    [608, "rejected_by_network"],
  ] as const).map(([status, reason]): Scenario => ({
    told: `the trunk says ${status}`,
    phone: [takesInvite(), answers(100), answers(status), takes("ACK")],
    reason,
    stages: ["queued", "ended"],
  })),
  ...([
    [402, "provider_balance"],
    [403, "forbidden"],
    [401, "auth_failed"],
    [488, "media_incompatible"],
    [503, "provider_unavailable"],
  ] as const).map(([status, reason]): Scenario => ({
    told: `the trunk says ${status} at once, and the call is refused`,
    phone: [takesInvite(), answers(status), takes("ACK")],
    reason,
    stages: [],
  })),
];

whenThere("sipp", "SIP against sipp", () => {
  for (const transport of ["udp", "tcp"] as const) {
    for (const scenario of SCENARIOS) {
      Deno.test(`sipp over ${transport}: ${scenario.told}`, () => play(transport, scenario));
    }
  }
});

async function play(transport: SippTransport, scenario: Scenario): Promise<void> {
  const phone = await startSipp(transport, scenario.phone);
  const agent = scenario.agent ? await startSipp(transport, scenario.agent) : null;
  try {
    await using studio = sipStudio(transport, phone.port, { offer: scenario.offer ?? "early" });
    const uri = `sip:nova@127.0.0.1:${agent?.port ?? 9};transport=${transport}`;
    const { stages, end } = await studio.call(uri, scenario.dial);
    assertEquals([end.reason, stages], [scenario.reason, scenario.stages]);
    assertEquals(await Promise.all([phone.done, agent?.done ?? ""]), ["", ""]);
    assertEquals(studio.failures, []);
  } finally {
    await phone.stop();
    await agent?.stop();
  }
}
