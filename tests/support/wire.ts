/**
 * Watches, and cuts, what goes over the wire between the driver and a database.
 *
 * @module
 */
import type { Duplex } from "node:stream";

/** Counts on all sockets of a target together. */
export interface Wire {
  /** A target like the one given, watched. */
  target: { socket: () => Duplex };
  /** How often something was written after something had been read. */
  roundTrips: number;
  /** Sockets opened. */
  sockets: number;
  /** The next message with this text in it is not delivered; its socket dies instead. */
  cutAt: string | undefined;
}

/** Puts itself between the driver and a target. */
export function watchWire(target: { socket: () => Duplex }): Wire {
  const wire: Wire = { target: { socket }, roundTrips: 0, sockets: 0, cutAt: undefined };
  function socket(): Duplex {
    const inner = target.socket();
    const write = inner._write.bind(inner);
    let answered = true;
    wire.sockets++;
    inner.on("data", () => answered = true);
    inner._write = (chunk, encoding, done) => {
      if (answered) wire.roundTrips++;
      answered = false;
      if (wire.cutAt !== undefined && chunk.toString("latin1").includes(wire.cutAt)) {
        wire.cutAt = undefined;
        inner.destroy();
        return done();
      }
      write(chunk, encoding, done);
    };
    return inner;
  }
  return wire;
}
