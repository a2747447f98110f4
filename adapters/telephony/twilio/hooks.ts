/**
 * The routes that the provider calls: how a call goes on, who answered, its recording, the agent's
 * side, and TwiML too long to be sent with the request.
 *
 * A request is believed when the provider has signed it, over the address by which we gave it out, and
 * when that address carries our own signature. One that comes again has the same event id as before,
 * so it changes nothing.
 *
 * @module
 */
import type { CallRef } from "../../../src/calls/call_event.ts";
import type { DialRequest } from "../../../src/calls/call_gateway.ts";
import type { Clock } from "../../../src/kernel/clock.ts";
import type { Deliver, Hook } from "../phone_provider.ts";
import { type Callback, CALLBACKS, CallbackUrls, type Subject } from "./callback_urls.ts";
import type { Dialect } from "./dialect.ts";
import { eventOfCallback } from "./events.ts";
import { readForm } from "./form_body.ts";
import type { TwilioGateway } from "./gateway.ts";
import { isSigned } from "./signature.ts";
import { HANG_UP } from "./twiml.ts";
import type { Watch } from "./watch.ts";

/** What the routes are made of. */
export interface HooksOptions {
  dialect: Dialect;
  gateway: TwilioGateway;
  watch: Watch;
  urls: CallbackUrls;
  clock: Clock;
  /** What was asked of a call; null when there is no such call. */
  requestOf: (ref: CallRef) => Promise<DialRequest | null>;
  /** Told of refusals and failures, without numbers or names. */
  onFailure: (what: string, facts: Record<string, unknown>) => void;
}

/** One route for every kind of report. */
export function hooksOf(options: HooksOptions): Hook[] {
  return CALLBACKS.map((kind) => ({
    path: CallbackUrls.path(kind),
    method: "POST",
    handle: (request, deliver) => answer(kind, request, deliver, options),
  }));
}

async function answer(
  kind: Callback,
  request: Request,
  deliver: Deliver,
  options: HooksOptions,
): Promise<Response> {
  const { dialect, urls, clock, watch, onFailure } = options;
  const refuse = (status: number) => {
    onFailure("a webhook was refused", { kind, status });
    return new Response(null, { status });
  };
  const form = await readForm(request, clock);
  if ("refused" in form) return refuse(form.refused);
  const url = urls.asPublished(request);
  const signature = request.headers.get(dialect.signatureHeader) ?? "";
  const signed = await isSigned(dialect.signatureKey, signature, url, form.fields);
  const subject = signed ? await urls.read(new URL(url)) : null;
  if (subject === null) return refuse(403);
  if (kind === "twiml") return await twiml(subject, options);
  const event = eventOfCallback(kind, subject, form.fields, clock.now());
  if (event !== null) {
    const sid = event.providerCallId;
    if (sid !== undefined) options.gateway.remember(subject.ref, sid);
    try {
      await deliver(event);
    } catch (error) {
      // The provider may not come again, so the call is looked at.
      onFailure("an event could not be delivered", { callId: subject.ref.callId, error });
      if (sid !== undefined) watch.add(subject, sid, false);
      return new Response(null, { status: 503 });
    }
    watch.heard(subject, event.eventId);
    if (event.eventId === "ended" && sid !== undefined) watch.add(subject, sid, true);
  }
  // Where the agent's leg was all there was to do, the call is over.
  return kind === "agent" ? xml(HANG_UP) : new Response(null, { status: 204 });
}

async function twiml(subject: Subject, options: HooksOptions): Promise<Response> {
  const { urls, gateway, requestOf } = options;
  const request = await requestOf(subject.ref);
  const callbacks = await urls.of(subject);
  return xml((request && gateway.twiml(request, callbacks.agent)) ?? HANG_UP);
}

function xml(body: string): Response {
  return new Response(body, { headers: { "Content-Type": "text/xml; charset=utf-8" } });
}
