/**
 * Makes nothing depend on the `Accept` header. Clients must name both JSON and event streams, the SDK
 * refuses legacy requests of those that do not, and some clients do not.
 *
 * @module
 */

const BOTH = "application/json, text/event-stream";
const STREAM = "text/event-stream";

/** The request, its `Accept` header as the SDK wants it. The body, which is read by now, is left out. */
export function withBothAccepted(request: Request): Request {
  const accept = request.headers.get("accept") ?? "";
  if (accept.includes("application/json") && accept.includes(STREAM)) return request;
  const headers = new Headers(request.headers);
  headers.set("accept", BOTH);
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

/** An event stream's last message as plain JSON, for a client that asked for JSON alone. */
export async function answerInJson(request: Request, response: Response): Promise<Response> {
  const accept = request.headers.get("accept") ?? "*/*";
  const wantsStreams = accept.includes(STREAM) || accept.includes("*/*");
  const isStream = response.headers.get("content-type")?.startsWith(STREAM);
  if (wantsStreams || !isStream) return response;
  const data = (await response.text()).split("\n").findLast((line) => line.startsWith("data: "));
  return new Response(data?.slice("data: ".length) ?? null, {
    status: response.status,
    headers: { "Content-Type": "application/json" },
  });
}
