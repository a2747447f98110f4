/**
 * A softphone that answers by itself and sends back what it hears: baresip, which tells when the other
 * end's sound comes in.
 *
 * @module
 */
import { freePort, listening } from "./free_port.ts";

/** A running phone. */
export interface Softphone {
  port: number;
  /** Stops it; `heard` when RTP of the other end came in. */
  stop(): Promise<{ heard: boolean; said: string }>;
}

const CONFIG = `module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module_tmp account.so
module_app menu.so
audio_source aubridge,loop
audio_player aubridge,loop
audio_alert aubridge,alert
`;

/** Starts a phone that answers as `user`. */
export async function startSoftphone(user: string): Promise<Softphone> {
  const directory = await Deno.makeTempDir({ prefix: "baresip-" });
  const port = freePorts();
  await Deno.writeTextFile(`${directory}/config`, `sip_listen 127.0.0.1:${port}\n${CONFIG}`);
  await Deno.writeTextFile(
    `${directory}/accounts`,
    `<sip:${user}@127.0.0.1>;regint=0;answermode=auto;ptime=20\n`,
  );
  await Deno.writeTextFile(`${directory}/contacts`, "");
  const process = new Deno.Command("baresip", {
    args: ["-f", directory, "-v"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const all = new Response(process.stdout).text();
  await listening(port);
  return {
    port,
    async stop() {
      let ended = false;
      try {
        process.kill("SIGTERM");
      } catch {
        ended = true;
      }
      await process.status;
      const said = await all;
      await Deno.remove(directory, { recursive: true });
      if (ended) throw new Error(`the softphone has ended by itself\n${said}`);
      return { heard: /incoming rtp for 'audio' established, receiving from/.test(said), said };
    },
  };
}

/** A free port whose next one is free, too: baresip takes that for TLS, some time after its own. */
function freePorts(): number {
  for (let port = freePort();;) {
    const next = freePort();
    if (next === port + 1) return port;
    port = next;
  }
}
