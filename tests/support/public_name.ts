/**
 * A name in public for a server on this machine, given as a proxy in front of it would: the server gets
 * every request under that name. `fetch` cannot do that, since it sends the name it connects to.
 *
 * @module
 */
import { request } from "node:http";

/** Where the server can be reached as if under its name. */
export interface PublicName {
  url: string;
  stop(): Promise<void>;
}

/** Passes on requests, whole, to the server at `target` as ones to `host`. */
export function underName(host: string, target: string): PublicName {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (incoming) => {
    const { pathname, search } = new URL(incoming.url);
    const headers = { ...Object.fromEntries(incoming.headers), host };
    const body = new Uint8Array(await incoming.arrayBuffer());
    return await new Promise<Response>((resolve, reject) => {
      const outgoing = request(new URL(pathname + search, target), {
        method: incoming.method,
        headers,
        agent: false,
      }, (answer) => {
        const parts: Uint8Array<ArrayBuffer>[] = [];
        answer.on("data", (part) => parts.push(new Uint8Array(part)));
        answer.on("error", reject);
        answer.on("end", () => {
          const status = answer.statusCode ?? 502;
          const type = answer.headers["content-type"];
          const text = [204, 304].includes(status) ? null : new Blob(parts);
          resolve(new Response(text, { status, headers: type ? { "content-type": type } : {} }));
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}
