import type { PoolClient } from "pg"
import { markEscapes } from "../base/unstorable.ts"
import type { DecodedEvent } from "../pubsub/decode.ts"

/** The present leader's fence (rule 2). */
export interface Lead {
  stream_id: number
  epoch: string
}

/** One response of the bus. */
export interface AppendedBatch {
  events: DecodedEvent[]
  latestReplayId: Buffer | null
  /** Not earlier than Salesforce's time when it was received. */
  receivedBefore: Date
  /** Whether the server had been asked for no more when it sent the last event: its transaction may go on (rule 16). */
  mayGoOn: boolean
}

/**
 * Appends one response to the event log with its position, in the caller's transaction (rules 1 and 2).
 *
 * @param keepaliveAt for a trusted keepalive: not later than when it was produced, on Salesforce's clock
 * @throws an error with SQLSTATE SF004 when another process leads the stream now
 */
export async function appendBatch(
  client: PoolClient,
  lead: Lead,
  batch: AppendedBatch,
  keepaliveAt: Date | null,
): Promise<void> {
  await client.query(
    `select sf_shadow.pubsub_to_events(of_stream_id => $1, of_epoch => $2, latest_replay_id => $3,
       events => $4::jsonb, keepalive_at => $5, may_go_on => $6)`,
    [
      lead.stream_id,
      lead.epoch,
      batch.latestReplayId,
      `[${batch.events.map((event) => toJson(event, batch.receivedBefore)).join(",")}]`,
      keepaliveAt,
      batch.mayGoOn,
    ],
  )
}

/** The event as JSON text. What is JSON text already, or more digits than a number holds, goes in as it is. */
function toJson(event: DecodedEvent, receivedBefore: Date): string {
  // The words of an error may quote anything; one response that cannot be stored would hold the stream for ever.
  const row = markEscapes(
    JSON.stringify({
      replay_id: event.replayId.toString("hex"),
      event_id: event.eventId,
      schema_id: event.schemaId,
      object: event.object,
      change_type: event.changeType,
      // Which records the malformed ids meant is not known: the wildcard puts the whole object in doubt.
      record_ids: event.error?.reason === "malformed-record-id" ? [...event.recordIds, "*"] : event.recordIds,
      commit_timestamp: event.commitTimestamp,
      committed_before: event.commitTimestamp === null ? receivedBefore : null,
      sequence_number: event.sequenceNumber,
      transaction_key: event.transactionKey,
      change_origin: event.changeOrigin,
      commit_user: event.commitUser,
      changed_fields: event.changedFields,
      nulled_fields: event.nulledFields,
      diff_fields: event.diffFields,
      inexact_fields: event.inexactFields,
      error: event.error === null ? null : `${event.error.reason}: ${event.error.message}`,
      bytes: event.bytes?.toString("hex") ?? null,
    }),
  )
  return `${row.slice(0, -1)},"commit_number":${event.commitNumber},"fields":${event.fields}}`
}
