/**
 * The call's uuid on its way to the agent's platform and back: out in the INVITE's headers, home in the
 * report after the call.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { elevenLabsReport } from "../../adapters/http/agents/elevenlabs.ts";
import { vapiReport } from "../../adapters/http/agents/vapi.ts";
import { agentHeaders } from "../../adapters/telephony/sip/agent_headers.ts";
import { serialize, type SipRequest } from "../../adapters/telephony/sip/message.ts";
import { sipMemory } from "../support/sip_memory.ts";

const NOW = new Date("2026-11-22T09:00:00Z");

/** The agent's INVITE as text, the call's uuid, and the name and value of each header of our own. */
async function rung(): Promise<{ text: string; callId: string; own: [string, string][] }> {
  await using sip = sipMemory();
  const { call } = await sip.dial();
  await sip.pass(3);
  const [invite]: SipRequest[] = sip.agent.got("INVITE");
  const text = new TextDecoder().decode(serialize(invite));
  const own = text.split("\r\n").flatMap((line): [string, string][] => {
    const found = /^(X-[^:]+): (.*)$/i.exec(line);
    return found ? [[found[1], found[2]]] : [];
  });
  return { text, callId: call.id, own };
}

Deno.test("ElevenLabs' report names the call by what it was given as X-CALL-ID", async () => {
  const { text, callId, own } = await rung();
  assertMatch(text, /^X-CALL-ID: /m);
  const given = new Map(own).get("X-CALL-ID");
  const report = elevenLabsReport(
    {
      type: "post_call_transcription",
      data: {
        conversation_id: "conv_1",
        conversation_initiation_client_data: {
          dynamic_variables: {
            system__conversation_id: "conv_1",
            system__caller_id: "+15550001111",
            system__call_sid: given,
          },
        },
      },
    },
    NOW,
    { recordingHosts: [] },
  );
  assertEquals(report?.callUuid, callId);
});

Deno.test("Vapi's report names the call by the variables that its headers became", async () => {
  const { callId, own } = await rung();
  const variableValues = Object.fromEntries(
    own.map(([name, value]) => [name.toLowerCase().replace(/^x-/, ""), value]),
  );
  const report = vapiReport({
    message: {
      type: "end-of-call-report",
      timestamp: 1,
      call: { id: "v1", assistantOverrides: { variableValues } },
      analysis: { summary: "They said hello." },
    },
  }, NOW);
  assertEquals(report?.callUuid, callId);
});

Deno.test("context can neither replace the call's uuid nor swell the INVITE", () => {
  const ref = { clientId: crypto.randomUUID(), callId: crypto.randomUUID() };
  const context = { "Call ID": "another", callUuid: "x", long: "y".repeat(5000), more: "z" };
  const headers = agentHeaders(ref, context);
  assertEquals(headers.filter(([name]) => name === "x-call-id"), [["x-call-id", ref.callId]]);
  assertEquals(headers.filter(([name]) => name === "x-call-uuid"), [["x-call-uuid", ref.callId]]);
  assert(headers.map((header) => header.join("")).join("").length < 1000);
});
