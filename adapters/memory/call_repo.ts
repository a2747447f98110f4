import { type Call, isLive } from "../../src/calls/call.ts";
import type { CallRef } from "../../src/calls/call_event.ts";
import type { CallRepo, CallView } from "../../src/calls/call_repo.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { compare, createdAt, newestFirst, slice } from "./lists.ts";
import { keyOf } from "./tables.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** Calls, and what belongs to them. */
export function callRepo(tx: Transaction): AtOnce<CallRepo> {
  function view(call: Call): CallView {
    return {
      call,
      recordName: tx.find("records", call.recordId)?.name ?? "",
      campaignName: tx.find("campaigns", call.campaignId)?.name ?? "",
      clientName: tx.find("clients", call.clientId)?.name ?? "",
    };
  }

  function liveOf(clientId: Uuid): Call[] {
    return tx.all("calls").filter((call) => call.clientId === clientId && isLive(call));
  }

  function ofRecord(recordId: Uuid): Call[] {
    const calls = tx.all("calls").filter((call) => call.recordId === recordId);
    return newestFirst(calls, createdAt);
  }

  function requireFit(call: Call): void {
    tx.require("callOrders", call.orderId, call.clientId);
    tx.require("records", call.recordId, call.clientId);
    tx.require("campaigns", call.campaignId, call.clientId);
    tx.require("assistants", call.assistantId, call.clientId);
    if (isLive(call)) {
      tx.requireUnique(
        "calls",
        call.id,
        (other) => other.orderId === call.orderId && isLive(other),
      );
    }
    if (call.providerCallId !== null) {
      tx.requireUnique(
        "calls",
        call.id,
        (other) =>
          other.clientId === call.clientId && other.provider === call.provider &&
          other.providerCallId === call.providerCallId,
      );
    }
  }

  function requireCall({ clientId, callId }: CallRef): void {
    tx.require("calls", callId, clientId);
  }

  return {
    get(id) {
      const call = tx.find("calls", id);
      return call && view(call);
    },
    lock({ clientId, callId }) {
      const call = tx.lock("calls", callId);
      return call?.clientId === clientId ? call : null;
    },
    liveOfOrder(clientId, orderId) {
      return liveOf(clientId).find((call) => call.orderId === orderId) ?? null;
    },
    countLive(clientId, campaignId) {
      const live = liveOf(clientId);
      const ofCampaign = live.filter((call) => call.campaignId === campaignId);
      return { ofClient: live.length, ofCampaign: ofCampaign.length };
    },
    startedSince(clientId, tokenId, { minute, day }) {
      const started = tx.all("calls").filter((call) =>
        call.clientId === clientId && (tokenId === null || call.tokenId === tokenId)
      );
      const today = started.filter(({ createdAt }) => createdAt >= day);
      return {
        lastMinute: started.filter(({ createdAt }) => createdAt > minute).length,
        today: today.length,
        spend: today.reduce((sum, { price, reserved }) => sum + (price ?? reserved), 0n),
      };
    },
    insert(call) {
      requireFit(call);
      tx.insert("calls", call.id, call.clientId, call);
    },
    update(call) {
      requireFit(call);
      tx.update("calls", call.id, call.clientId, call);
    },
    list({ campaignId, recordId, orderId, live, endReason }, page) {
      const found = tx.all("calls").filter((call) =>
        (campaignId === undefined || call.campaignId === campaignId) &&
        (recordId === undefined || call.recordId === recordId) &&
        (orderId === undefined || call.orderId === orderId) &&
        (live === undefined || isLive(call) === live) &&
        (endReason === undefined || call.endReason === endReason)
      );
      const { items, total } = slice(newestFirst(found, createdAt), page);
      return { items: items.map(view), total };
    },
    ofRecord(recordId, limit) {
      return ofRecord(recordId).slice(0, limit);
    },
    silentSince(before, limit) {
      const silent = tx.all("calls").filter((call) => isLive(call) && call.updatedAt < before);
      const byAge = silent.toSorted((a, b) =>
        Number(a.updatedAt) - Number(b.updatedAt) || compare(a.id, b.id)
      );
      return byAge.slice(0, limit);
    },
    toNumber(provider, phoneNumber, from, until) {
      const found = tx.all("calls").filter((call) =>
        call.provider === provider && call.phoneNumber === phoneNumber &&
        call.createdAt >= from && call.createdAt <= until
      );
      return newestFirst(found, createdAt).reverse();
    },
    unpriced(provider, after, limit) {
      const behind = ({ endedAt, id }: Call) =>
        Number(endedAt) - Number(after.endedAt) || compare(id, after.id);
      const found = tx.all("calls").filter((call) =>
        call.provider === provider && call.phoneCost === null && call.answeredAt !== null &&
        call.providerCallId !== null && call.endedAt !== null && behind(call) > 0
      );
      return found.toSorted((a, b) => Number(a.endedAt) - Number(b.endedAt) || compare(a.id, b.id))
        .slice(0, limit);
    },

    addEvent(ref, eventId, at) {
      requireCall(ref);
      const key = keyOf(ref.callId, eventId);
      if (tx.find("events", key) !== null) return false;
      tx.insert("events", key, ref.clientId, { callId: ref.callId, id: eventId, at });
      return true;
    },

    newestEvent({ clientId, callId }, prefix) {
      if (tx.find("calls", callId)?.clientId !== clientId) return null;
      const times = tx.all("events").filter((row) =>
        row.callId === callId && row.id.startsWith(prefix)
      )
        .map(({ at }) => at.getTime());
      return times.length === 0 ? null : new Date(Math.max(...times));
    },

    transcript(callId) {
      return tx.find("transcripts", callId);
    },
    saveTranscript(ref, transcript) {
      requireCall(ref);
      tx.save("transcripts", ref.callId, ref.clientId, transcript);
    },

    outcomes(callId) {
      return tx.find("outcomes", callId) ?? [];
    },
    saveOutcomes(ref, outcomes) {
      requireCall(ref);
      tx.save("outcomes", ref.callId, ref.clientId, outcomes);
    },
    outcomesOfRecord(recordId, limit) {
      const found = ofRecord(recordId).flatMap((call) =>
        (tx.find("outcomes", call.id) ?? []).map((outcome) => ({
          callId: call.id,
          campaignId: call.campaignId,
          campaignName: view(call).campaignName,
          at: call.createdAt,
          outcome,
        }))
      );
      return found.slice(0, limit);
    },

    findKey(clientId, key) {
      return tx.find("keys", keyOf(clientId, key));
    },
    insertKey(key) {
      tx.insert("keys", keyOf(key.clientId, key.key), key.clientId, key);
    },
    dropKeys(before) {
      const old = tx.all("keys").filter(({ at }) => at < before);
      for (const { clientId, key } of old) tx.remove("keys", keyOf(clientId, key));
      return old.length;
    },
  };
}
