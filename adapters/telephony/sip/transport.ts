/**
 * How SIP messages travel: UDP, TCP and TLS (RFC 3261 §18). Host names are looked up by the runtime
 * (A and AAAA); which hosts a trunk has is not known here.
 *
 * @module
 */
import { createSocket, type Socket } from "node:dgram";
import { StreamFramer } from "./stream_framer.ts";

/** How a message travels. */
export type Protocol = "udp" | "tcp" | "tls";

/** Host and port. */
export interface Address {
  host: string;
  port: number;
}

/** Where something is sent. */
export interface Target extends Address {
  protocol: Protocol;
  /** Whose certificate a TLS peer must show, when it is not the host's. */
  domain?: string;
}

/** A way to one peer and back: a connection, or a pair of UDP addresses ("flow" in RFC 5626). */
export interface Flow {
  readonly protocol: Protocol;
  /** Ours, as the peer reaches it: goes into Via and Contact. */
  readonly local: Address;
  readonly remote: Address;
  /** False once nothing can be sent any more. */
  readonly open: boolean;
  send(bytes: Uint8Array): Promise<void>;
}

/** Takes a message as it came, with the way back. */
export type Receive = (bytes: Uint8Array, flow: Flow) => void;

/** Carries messages. */
export interface Transport {
  /** Told of every message from then on. */
  onReceive(receive: Receive): void;
  /** Starts to listen, where the protocol needs it. Rejects when the address cannot be had. */
  listen(protocol: Protocol): Promise<void>;
  /** The flow to a peer, the same while it is open. Rejects when the peer cannot be reached. */
  flowTo(target: Target): Promise<Flow>;
  close(): void;
}

/** Where sockets are opened, and what certificates are trusted besides the runtime's. */
export interface SocketOptions {
  /** Where to listen; port 0 for any. */
  listen: Address;
  /** What peers are told; null when it is where we listen. */
  advertise: Address | null;
  caCerts?: string[];
}

/** Connections that others may open to us; more are closed at once. */
const MAX_INCOMING = 256;

/** Real sockets, opened when they are first needed. */
export class Sockets implements Transport {
  readonly #options: SocketOptions;
  readonly #flows = new Map<string, Promise<StreamFlow>>();
  readonly #connections = new Set<Deno.Conn>();
  #receive: Receive = () => {};
  #udp: Promise<Socket> | null = null;
  #listener: Deno.Listener | null = null;
  #closed = false;

  constructor(options: SocketOptions) {
    this.#options = options;
  }

  /** Sockets and connections that are open. */
  get open(): number {
    return this.#connections.size + Number(this.#udp !== null) + Number(this.#listener !== null);
  }

  /** See the interface. */
  onReceive(receive: Receive): void {
    this.#receive = receive;
  }

  /** See the interface. TLS peers answer on the connection that we open. */
  async listen(protocol: Protocol): Promise<void> {
    if (this.#closed) throw new Error("the SIP sockets are closed");
    if (protocol === "udp") await (this.#udp ??= this.#bind());
    if (protocol === "tcp" && this.#listener === null) {
      const { host, port } = this.#options.listen;
      this.#listener = Deno.listen({ hostname: host, port });
      void this.#accept(this.#listener);
    }
  }

  /** See the interface. */
  async flowTo(target: Target): Promise<Flow> {
    const { protocol, host, port, domain = host } = target;
    await this.listen(protocol);
    if (protocol === "udp") return this.#datagrams(await this.#udp!, { host, port });
    const key = `${protocol} ${host} ${port} ${domain}`;
    const known = await this.#flows.get(key)?.catch(() => null);
    if (known?.open) return known;
    const opening = this.#connect(target);
    this.#flows.set(key, opening);
    try {
      return await opening;
    } catch (error) {
      this.#flows.delete(key);
      throw error;
    }
  }

  /** See the interface. */
  close(): void {
    this.#closed = true;
    this.#listener?.close();
    this.#listener = null;
    this.#udp?.then((socket) => socket.close(), () => {});
    this.#udp = null;
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
    this.#flows.clear();
  }

  #bind(): Promise<Socket> {
    const { host, port } = this.#options.listen;
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, host, () => {
        socket.off("error", reject);
        // What the kernel reports later concerns single datagrams, which are retransmitted anyway.
        socket.on("error", () => {});
        socket.on("message", (bytes, { address, port }) => {
          this.#receive(bytes, this.#datagrams(socket, { host: address, port }));
        });
        resolve(socket);
      });
    });
  }

  #datagrams(socket: Socket, remote: Address): Flow {
    const closed = () => this.#closed;
    return {
      protocol: "udp",
      local: this.#local(socket.address().port),
      remote,
      get open() {
        return !closed();
      },
      send: (bytes) =>
        new Promise((resolve, reject) => {
          socket.send(
            bytes,
            remote.port,
            remote.host,
            (error) => error ? reject(error) : resolve(),
          );
        }),
    };
  }

  async #connect({ protocol, host, port, domain = host }: Target): Promise<StreamFlow> {
    const { caCerts } = this.#options;
    const plain = await Deno.connect({ hostname: host, port });
    const connection = protocol === "tls"
      ? await Deno.startTls(plain, { hostname: domain, caCerts })
      : plain;
    // The handshake tells whether the peer is who it should be; without it, sending would.
    if ("handshake" in connection) {
      await connection.handshake().catch((error) => {
        connection.close();
        throw error;
      });
    }
    // Without a listener, peers must find the connection by the port that they see.
    const own = (connection.localAddr as Deno.NetAddr).port;
    const listening = (this.#listener?.addr as Deno.NetAddr | undefined)?.port;
    return protocol === "tls"
      ? this.#serve(connection, protocol, own)
      : this.#serve(connection, "tcp", listening ?? own);
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    try {
      for await (const connection of listener) {
        if (this.#connections.size >= MAX_INCOMING) connection.close();
        else this.#serve(connection, "tcp", (listener.addr as Deno.NetAddr).port);
      }
    } catch (error) {
      if (!this.#closed) throw error;
    }
  }

  #serve(connection: Deno.Conn, protocol: "tcp" | "tls", localPort: number): StreamFlow {
    if (this.#closed) {
      connection.close();
      throw new Error("the SIP sockets are closed");
    }
    const flow = new StreamFlow(connection, protocol, this.#local(localPort));
    this.#connections.add(connection);
    void flow.read((bytes) => this.#receive(bytes, flow)).finally(() => {
      if (this.#connections.delete(connection)) connection.close();
    });
    return flow;
  }

  #local(port: number): Address {
    const { listen, advertise } = this.#options;
    return { host: advertise?.host ?? listen.host, port: advertise?.port ?? port };
  }
}

/** A connection. What it writes is written whole, one message after the other. */
class StreamFlow implements Flow {
  readonly remote: Address;
  open = true;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: Deno.Conn,
    readonly protocol: "tcp" | "tls",
    readonly local: Address,
  ) {
    const { hostname, port } = connection.remoteAddr as Deno.NetAddr;
    this.remote = { host: hostname, port };
  }

  send(bytes: Uint8Array): Promise<void> {
    const sent = this.#writing.then(async () => {
      for (let at = 0; at < bytes.length;) at += await this.connection.write(bytes.subarray(at));
    });
    this.#writing = sent.catch(() => {
      this.open = false;
    });
    return sent;
  }

  /** Reads until the connection ends, or says something that cannot be followed. */
  async read(receive: (bytes: Uint8Array) => void): Promise<void> {
    const framer = new StreamFramer();
    const chunk = new Uint8Array(16 * 1024);
    try {
      for (;;) {
        const count = await this.connection.read(chunk);
        if (count === null) break;
        const { messages, pings } = framer.push(chunk.subarray(0, count));
        for (const message of messages) receive(message);
        for (let i = 0; i < pings; i++) await this.send(new Uint8Array([13, 10]));
      }
    } catch {
      // Closed by either side, or unreadable: the same to us.
    } finally {
      this.open = false;
    }
  }
}
