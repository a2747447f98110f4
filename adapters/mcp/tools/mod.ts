/**
 * Every tool, in the order in which clients list them.
 *
 * @module
 */
import type { Tool } from "../define_tool.ts";
import { createCallOrder } from "./create_call_order.ts";
import { createRecord } from "./create_record.ts";
import { getCallDetails } from "./get_call_details.ts";
import { getCallOutcomes } from "./get_call_outcomes.ts";
import { getCallRecording } from "./get_call_recording.ts";
import { getCallTranscript } from "./get_call_transcript.ts";
import { getRecord } from "./get_record.ts";
import { initiateCall } from "./initiate_call.ts";
import { listCallOrders } from "./list_call_orders.ts";
import { listCampaigns } from "./list_campaigns.ts";
import { listRecords } from "./list_records.ts";
import { listRecordTypes } from "./list_record_types.ts";
import { readResource } from "./read_resource.ts";
import { updateCallOrderStatus } from "./update_call_order_status.ts";
import { updateRecord } from "./update_record.ts";

/** As on the product page, then those beyond it. */
export const TOOLS: readonly Tool[] = [
  listRecords,
  getRecord,
  createRecord,
  updateRecord,
  listCallOrders,
  createCallOrder,
  updateCallOrderStatus,
  initiateCall,
  getCallDetails,
  getCallRecording,
  getCallTranscript,
  getCallOutcomes,
  listCampaigns,
  listRecordTypes,
  readResource,
];
