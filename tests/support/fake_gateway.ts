/**
 * A phone network whose answers a test writes down, and which counts what it was asked. It keeps no
 * state of calls and is no stand-in for a provider: the simulated network is that.
 *
 * @module
 */
import type { Call } from "../../src/calls/call.ts";
import type {
  ByteRange,
  CallGateway,
  DialRequest,
  DialResult,
  LookupResult,
  RecordingStream,
} from "../../src/calls/call_gateway.ts";

/** Answers as it is told. */
export class FakeGateway implements CallGateway {
  readonly provider = "scripted";
  readonly quietSeconds = 60;
  /** Whatever it was asked to dial, in order. */
  readonly dialled: DialRequest[] = [];
  /** Whatever it was asked about, in order. */
  readonly lookedUp: Call[] = [];
  /** Whatever it was asked to end, in order. */
  readonly hungUp: Call[] = [];
  /** Ranges of recordings that were asked for. */
  readonly opened: (ByteRange | null)[] = [];
  /** Called before every answer. */
  onUse: () => void = () => {};

  /** What becomes of the wish to dial. */
  dialResult: (request: DialRequest) => DialResult | Promise<DialResult> = ({ ref }) => ({
    kind: "accepted",
    providerCallId: `line-${ref.callId}`,
  });
  /** What it knows of a call. */
  lookupResult: (call: Call) => LookupResult = () => ({ kind: "unknown", why: "no answer" });

  async dial(request: DialRequest): Promise<DialResult> {
    this.onUse();
    this.dialled.push(request);
    return await this.dialResult(request);
  }

  lookup(call: Call): Promise<LookupResult> {
    this.onUse();
    this.lookedUp.push(call);
    return Promise.resolve(this.lookupResult(call));
  }

  hangUp(call: Call): Promise<void> {
    this.onUse();
    this.hungUp.push(call);
    return Promise.resolve();
  }

  recording(_call: Call, range: ByteRange | null): Promise<RecordingStream | null> {
    this.onUse();
    this.opened.push(range);
    return Promise.resolve({
      contentType: "audio/mpeg",
      totalBytes: 3,
      start: 0,
      end: 2,
      body: new Blob([Uint8Array.of(1, 2, 3)]).stream(),
    });
  }
}
