/**
 * Kamailio as a trunk: it asks for a digest, records its route, and passes calls on to a phone.
 *
 * The certificate in `tls/` is for 127.0.0.1 and trusted by nobody else.
 *
 * @module
 */
import { freePort } from "./free_port.ts";

/** A running Kamailio. */
export interface Kamailio {
  /** By protocol. */
  ports: { udp: number; tcp: number; tls: number };
  /** To be trusted by those who connect. */
  caCerts: string[];
  stop(): Promise<void>;
}

/** Password of the trunk's one user. */
export const PASSWORD = 'se"cret';

/** Starts one that passes calls on to `sip:127.0.0.1:phone` over UDP. */
export async function startKamailio(
  phone: number,
  algorithm: "MD5" | "SHA-256",
): Promise<Kamailio> {
  const directory = await Deno.makeTempDir({ prefix: "kamailio-" });
  const certificate = await Deno.readTextFile(new URL("./tls/cert.pem", import.meta.url));
  await Deno.writeTextFile(`${directory}/cert.pem`, certificate);
  await Deno.writeTextFile(
    `${directory}/key.pem`,
    await Deno.readTextFile(new URL("./tls/key.pem", import.meta.url)),
  );
  const ports = { udp: freePort(), tcp: freePort(), tls: freePort() };
  await Deno.writeTextFile(
    `${directory}/kamailio.cfg`,
    `#!KAMAILIO
debug=1
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
enable_tls=yes
listen=udp:127.0.0.1:${ports.udp}
listen=tcp:127.0.0.1:${ports.tcp}
listen=tls:127.0.0.1:${ports.tls}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
loadmodule "tls.so"
modparam("auth", "algorithm", "${algorithm}")
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "${directory}/cert.pem")
modparam("tls", "private_key", "${directory}/key.pem")
request_route {
  if (is_method("CANCEL") || (is_method("ACK") && !has_totag())) {
    if (t_check_trans()) t_relay();
    exit;
  }
  if (has_totag()) {
    if (!loose_route()) {
      sl_send_reply("404", "Not here");
      exit;
    }
    t_relay();
    exit;
  }
  if (!pv_proxy_authenticate("trunk", "${PASSWORD.replace('"', '\\"')}", "0")) {
    proxy_challenge("trunk", "1");
    exit;
  }
  record_route();
  $du = "sip:127.0.0.1:${phone};transport=udp";
  t_relay();
}
`,
  );
  const process = new Deno.Command("kamailio", {
    args: ["-DD", "-E", "-f", `${directory}/kamailio.cfg`, "-Y", directory, "-m", "32", "-M", "4"],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const kill = async (signal: Deno.Signal) => {
    try {
      process.kill(signal);
    } catch {
      // Over already.
    }
    await process.status;
  };
  const said = new Response(process.stderr).text();
  for (let tries = 0;; tries++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: ports.tcp })).close();
      break;
    } catch {
      if (tries === 60) {
        await kill("SIGKILL");
        throw new Error(`Kamailio does not listen: ${await said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    ports,
    caCerts: [certificate],
    async stop() {
      await kill("SIGTERM");
      await said;
      await Deno.remove(directory, { recursive: true });
    },
  };
}
