/**
 * A SIP peer on real sockets, that a test plays: for servers that are processes of their own.
 *
 * @module
 */
import { SystemClock } from "../../adapters/clock.ts";
import { serialize } from "../../adapters/telephony/sip/message.ts";
import { type Protocol, Sockets } from "../../adapters/telephony/sip/transport.ts";
import { freePort } from "./free_port.ts";
import { type Script, SipPeer } from "./sip_peers.ts";

/** A peer, and how it is reached. */
export interface SocketPeer {
  peer: SipPeer;
  port: number;
  close(): void;
}

/** Listens at a port of this machine, and talks back to whoever spoke last. */
export async function socketPeer(protocol: Protocol, script: Script): Promise<SocketPeer> {
  const port = freePort();
  const peer = new SipPeer(`127.0.0.1:${port}`, new SystemClock(), script);
  peer.repeats = protocol === "udp";
  const sockets = new Sockets({ listen: { host: "127.0.0.1", port }, advertise: null });
  sockets.onReceive((bytes, flow) => {
    peer.send = (message) => void flow.send(serialize(message)).catch(() => {});
    peer.receive(bytes);
  });
  await sockets.listen(protocol);
  return { peer, port, close: () => sockets.close() };
}
