/**
 * The little that a controller without media must know of session descriptions (RFC 4566, RFC 3264).
 *
 * @module
 */

/** Who we are in the `o=` lines of one leg; every description of a leg has a version of its own. */
export interface Origin {
  host: string;
  session: number;
  version: number;
}

/**
 * An offer of audio that leads nowhere (the "black hole" of RFC 3725 §4.3), in the codecs that every
 * phone trunk speaks, with key presses (RFC 4733).
 */
export function blackHole(origin: Origin): string {
  return described([
    "v=0",
    "o=",
    "s=-",
    "c=IN IP4 0.0.0.0",
    "t=0 0",
    "m=audio 9 RTP/AVP 0 8 101",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-16",
  ], origin);
}

/** One leg's description as ours, for the other leg, whose `o=` line must stay ours (RFC 3264 §8). */
export function relayed(sdp: string, origin: Origin): string {
  return described(linesOf(sdp), origin);
}

/** The same, with streams that were put on hold flowing again: the answer to a black hole may hold. */
export function flowing(sdp: string, origin: Origin): string {
  const lines = linesOf(sdp);
  return described(
    lines.map((line) => /^a=(inactive|recvonly|sendonly)$/.test(line) ? "a=sendrecv" : line),
    origin,
  );
}

/** The answer to an offer that nobody takes: every stream at port 0 (RFC 3264 §6). */
export function refusing(sdp: string, origin: Origin): string {
  const streams = linesOf(sdp)
    .filter((line) => line.startsWith("m="))
    .map((line) => line.replace(/^(m=\S+) \S+/, "$1 0"));
  return described(["v=0", "o=", "s=-", "c=IN IP4 0.0.0.0", "t=0 0", ...streams], origin);
}

/** Whether two descriptions lead to the same streams, whoever wrote them and however they flow. */
export function sameMedia(one: string, other: string): boolean {
  const telling = (sdp: string) => linesOf(sdp).filter((line) => /^(c=|m=|a=rtpmap)/.test(line));
  return telling(one).join() === telling(other).join();
}

function described(lines: string[], origin: Origin): string {
  origin.version++;
  const { host, session, version } = origin;
  const family = host.includes(":") ? "IP6" : "IP4";
  const ours = `o=- ${session} ${version} IN ${family} ${host}`;
  return lines.map((line) => line.startsWith("o=") ? ours : line).join("\r\n") + "\r\n";
}

function linesOf(sdp: string): string[] {
  return sdp.split(/\r?\n/).filter(Boolean);
}
