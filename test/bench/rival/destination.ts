import type { Pool } from "pg"
import type { DecodedEvent } from "../../../src/pubsub/decode.ts"

export type DestinationName = "nothing" | "bullmq" | "graphile-worker"

/** Where the events of a subscription go. */
export interface Destination {
  /** Takes the events of one response; more are asked for once it has resolved. */
  add(events: readonly RivalEvent[]): Promise<void>
  stop(): Promise<void>
}

/** Called when an event is in the table, or has come to nothing. */
export type Applied = (recordId: string) => void

/** What a job needs of an event: JSON. */
export interface RivalEvent {
  recordId: string
  object: string | null
  isDelete: boolean
  commitNumber: string | null
  /** JSON text. */
  fields: string
}

export function eventOf({ recordIds, object, changeType, commitNumber, fields }: DecodedEvent): RivalEvent {
  const recordId = recordIds[0] as string
  return { recordId, object, isDelete: changeType === "DELETE", commitNumber, fields }
}

/** Jobs at the same time, each with a connection of its own to Postgres. */
export const concurrency = 32

/** The rival's own table, with what the shadow has loaded. */
export const prepareRival = `
  drop table if exists public.bench_rival;
  create table public.bench_rival (record_id text primary key, object text not null, commit_number bigint not null, raw_payload jsonb not null);
  insert into public.bench_rival
  select product_id, 'Product2', 0, raw_payload from sf_product_shadow
  union all select pricebook_entry_id, 'PricebookEntry', 0, raw_payload from sf_pricebook_shadow
  union all select account_id, 'Account', 0, raw_payload from sf_account_eligibility_shadow`

const upsert = `
  insert into public.bench_rival as r (record_id, object, commit_number, raw_payload) values ($1, $2, $3, $4)
  on conflict (record_id) do update set commit_number = excluded.commit_number,
    raw_payload = r.raw_payload || excluded.raw_payload
  where r.commit_number < excluded.commit_number`

/** The work of one job: one prepared statement, one commit. */
export async function applyEvent(
  queries: Pick<Pool, "query">,
  { recordId, object, isDelete, commitNumber, fields }: RivalEvent,
): Promise<void> {
  await queries.query(
    isDelete
      ? {
          name: "delete",
          text: "delete from public.bench_rival where record_id = $1",
          values: [recordId],
        }
      : { name: "upsert", text: upsert, values: [recordId, object, commitNumber, fields] },
  )
}
