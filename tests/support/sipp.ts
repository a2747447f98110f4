/**
 * Phones played by sipp, a SIP program that nobody here wrote: scenarios put together from steps.
 *
 * @module
 */
import { freePort, listening } from "./free_port.ts";

/** How sipp is reached. */
export type SippTransport = "udp" | "tcp";

/** A running sipp that takes calls. */
export interface Sipp {
  port: number;
  /** Settles with what went wrong, "" for nothing, when all its calls have gone by the scenario. */
  done: Promise<string>;
  stop(): Promise<void>;
}

const ECHOED = "[last_Via:]\n[last_Record-Route:]\n[last_From:]";
const CONTACT = "Contact: <sip:[local_ip]:[local_port];transport=[transport]>";
const REFERENCES = ["body", "from", "to", "contact", "uri"];

/** Waits for the call; a pattern must be found in its body. */
export function takesInvite(body = ".*"): string {
  return `<recv request="INVITE" rrs="true"><action>
<ereg regexp="${body}" search_in="body" check_it="${body !== ".*"}" assign_to="body"/>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
<ereg regexp="&lt;(sip:[^&gt;]*)&gt;" search_in="hdr" header="Contact:" assign_to="contact,uri"/>
</action></recv>`;
}

/** Answers the call that was taken last. */
export function answers(
  status: number,
  { sdp = 0, cseq = "[last_CSeq:]", tag = "T", headers = "" } = {},
): string {
  const body = sdp
    ? `Content-Type: application/sdp
Content-Length: [len]

v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio ${sdp} RTP/AVP 0
a=rtpmap:0 PCMU/8000
`
    : "Content-Length: 0\n";
  const repeated = status >= 200 ? ' retrans="500"' : "";
  return `<send${repeated}><![CDATA[
SIP/2.0 ${status} Said
${ECHOED}
[last_To:];tag=[pid]${tag}[call_number]
[last_Call-ID:]
${cseq}
${CONTACT}
${
    headers && `${headers}
`
  }${body}
]]></send>`;
}

/** Answers an offer within the call, whose To has its tag already. */
export function answersAgain(sdp: number): string {
  return answers(200, { sdp }).replace(/;tag=.*/, "");
}

/** Waits for a request; a pattern must be found in its body. */
export function takes(method: string, body = ""): string {
  const check = body
    ? `<action><ereg regexp="${body}" search_in="body" check_it="true" assign_to="body"/></action>`
    : "";
  return `<recv request="${method}">${check}</recv>`;
}

/** Waits for the call, of which headers must match. */
export function takesInviteWith(headers: Record<string, string>): string {
  const checks = Object.entries(headers).map((header) => headerCheck(...header));
  return takesInvite().replace("<action>", `<action>${checks.join("")}`);
}

function headerCheck(header: string, pattern: string): string {
  return `<ereg regexp="${pattern}" search_in="hdr" header="${header}:" check_it="true" assign_to="body"/>`;
}

/** Sends a request of its own within the call, and waits for its 200 with such headers and body. */
export function asks(
  method: "INVITE" | "UPDATE",
  { cseq, sdp = 0, headers = "", expects }: {
    cseq: number;
    sdp?: number;
    headers?: string;
    /** By the header's name; "body" for the body. */
    expects: Record<string, string>;
  },
): string {
  const body = sdp
    ? answers(200, { sdp }).replace(/^[^]*?(Content-Type[^]*)]]>[^]*$/, "$1")
    : "Content-Length: 0\n\n";
  const checks = Object.entries(expects).map(([name, pattern]) =>
    name === "body"
      ? `<ereg regexp="${pattern}" search_in="body" check_it="true" assign_to="body"/>`
      : headerCheck(name, pattern)
  );
  const ack = `<send><![CDATA[
ACK [$uri] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
[routes]
From:[$to];tag=[pid]T[call_number]
To:[$from]
[last_Call-ID:]
CSeq: ${cseq} ACK
Content-Length: 0

]]></send>`;
  return `<send retrans="500"><![CDATA[
${method} [$uri] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
[routes]
From:[$to];tag=[pid]T[call_number]
To:[$from]
[last_Call-ID:]
CSeq: ${cseq} ${method}
${CONTACT}
${headers && `${headers}\n`}${body}]]></send>
<recv response="200"><action>${checks.join("")}</action></recv>
${method === "INVITE" ? ack : ""}`;
}

/** Confirms a request. */
export const confirms = `<send><![CDATA[
SIP/2.0 200 OK
${ECHOED}
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>`;

/** Lets time pass. */
export function waits(milliseconds: number): string {
  return `<pause milliseconds="${milliseconds}"/>`;
}

/** Hangs up, and waits for that to be confirmed. */
export const hangsUp = `<send retrans="500"><![CDATA[
BYE [$uri] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
[routes]
From:[$to];tag=[pid]T[call_number]
To:[$from]
[last_Call-ID:]
CSeq: 100 BYE
Content-Length: 0

]]></send><recv response="200"></recv>`;

/** Starts a sipp that takes so many calls by a scenario. */
export async function startSipp(
  transport: SippTransport,
  steps: string[],
  { calls = 1, options = [] }: { calls?: number; options?: string[] } = {},
): Promise<Sipp> {
  const directory = await Deno.makeTempDir({ prefix: "sipp-" });
  const scenario = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="phone">${steps.join("\n")}
<Reference variables="${REFERENCES.join(",")}"/>
</scenario>`;
  await Deno.writeTextFile(`${directory}/phone.xml`, scenario);
  const port = freePort();
  const process = new Deno.Command("sipp", {
    args: [
      ...["-sf", `${directory}/phone.xml`, "-i", "127.0.0.1", "-p", String(port)],
      ...["-t", transport === "udp" ? "u1" : "t1", "-m", String(calls), "-nostdin"],
      ...["-timeout", "60s", "-timeout_error", "-trace_err"],
      ...["-error_file", `${directory}/errors.log`, ...options],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const done = process.status.then(async ({ code }) => {
    const errors = await Deno.readTextFile(`${directory}/errors.log`).catch(() => "");
    await Deno.remove(directory, { recursive: true });
    return code === 0 ? "" : `sipp ended with ${code}\n${errors}`;
  });
  if (transport === "tcp") await listening(port);
  const stop = async () => {
    try {
      process.kill("SIGKILL");
    } catch {
      // Over already.
    }
    await done;
  };
  return { port, done, stop };
}
