import { once } from "node:events"
import { type JobHelpers, Logger, makeWorkerUtils, run } from "graphile-worker"
import type { Pool } from "pg"
import { createPool } from "../../../src/postgres/pool.ts"
import { timed } from "../harness/measure.ts"

/** An event of the log, as the rival gets it: decoded. */
interface StoredEvent {
  object: string
  change_type: string
  record_id: string
  commit_number: string
  fields: Record<string, unknown>
}

/** What is tuned: jobs at once (the pool has a connection for each), and jobs fetched ahead (0: one by one). */
const candidates = [
  { concurrency: 8, localQueue: 0 },
  { concurrency: 16, localQueue: 0 },
  { concurrency: 8, localQueue: 500 },
  { concurrency: 16, localQueue: 500 },
  { concurrency: 32, localQueue: 500 },
]
type Settings = (typeof candidates)[number]

/** A line per job would be timed as well. */
const logger = new Logger(() => () => {})

/** As many as one response of the Pub/Sub API brings. */
const addedAtOnce = 100

const prepare = `
  drop table if exists bench_rival;
  create table bench_rival (record_id text primary key, object text not null, commit_number bigint not null, raw_payload jsonb not null);
  insert into bench_rival
  select product_id, 'Product2', 0, raw_payload from sf_product_shadow
  union all select pricebook_entry_id, 'PricebookEntry', 0, raw_payload from sf_pricebook_shadow
  union all select account_id, 'Account', 0, raw_payload from sf_account_eligibility_shadow`

const upsert = `
  insert into bench_rival as r (record_id, object, commit_number, raw_payload) values ($1, $2, $3, $4)
  on conflict (record_id) do update set commit_number = excluded.commit_number,
    raw_payload = r.raw_payload || excluded.raw_payload
  where r.commit_number < excluded.commit_number`

/** Runs the stored events through one job and one upsert each, with the best of several settings. */
export async function runRival(
  databaseUrl: string,
  say: (text: string) => void,
): Promise<{ seconds: number; settings: string }> {
  const reader = createPool(databaseUrl, { max: 1 })
  try {
    const { rows: events } = await reader.query<StoredEvent>(
      `select object, change_type, record_ids[1] as record_id, commit_number::text, fields
       from sf_shadow_event where object is not null order by commit_number, stream_id, seq`,
    )
    const sample = events.slice(0, Math.ceil(events.length / 10))
    let best: { settings: Settings; seconds: number } | undefined
    for (const settings of candidates) {
      const seconds = await runOnce(databaseUrl, sample, settings)
      say(`  ${describe(settings)}: ${Math.round(sample.length / seconds)} events/s`)
      if (best === undefined || seconds < best.seconds) best = { settings, seconds }
    }
    const { settings } = best as { settings: Settings }
    return { seconds: await runOnce(databaseUrl, events, settings), settings: describe(settings) }
  } finally {
    await reader.end()
  }
}

function describe({ concurrency, localQueue }: Settings): string {
  return `${concurrency} jobs at once, ${localQueue === 0 ? "fetched one by one" : `${localQueue} fetched ahead`}`
}

async function runOnce(databaseUrl: string, events: StoredEvent[], settings: Settings): Promise<number> {
  const pool = createPool(databaseUrl, { max: settings.concurrency + 3 })
  pool.on("error", () => {})
  try {
    await pool.query(prepare)
    await pool.query("checkpoint")
    const { seconds } = await timed(() => work(pool, events, settings))
    return seconds
  } finally {
    await pool.end()
  }
}

/** Adds the jobs in batches, as responses would come, while the worker runs; until the last job is done. */
async function work(pool: Pool, events: StoredEvent[], { concurrency, localQueue }: Settings): Promise<void> {
  const done = new AbortController()
  let left = events.length
  const task = async (payload: unknown, { withPgClient }: JobHelpers) => {
    const event = payload as StoredEvent
    const { record_id, object, commit_number, fields } = event
    await withPgClient((client) =>
      event.change_type === "DELETE"
        ? client.query({
            name: "delete",
            text: "delete from bench_rival where record_id = $1",
            values: [record_id],
          })
        : client.query({ name: "upsert", text: upsert, values: [record_id, object, commit_number, fields] }),
    )
    left -= 1
    if (left === 0) done.abort()
  }
  const runner = await run({
    pgPool: pool,
    taskList: { bench_rival: task },
    noHandleSignals: true,
    logger,
    crontab: "",
    preset: {
      worker: {
        concurrentJobs: concurrency,
        ...(localQueue > 0 ? { localQueue: { size: localQueue }, completeJobBatchDelay: 0 } : {}),
      },
    },
  })
  const utils = await makeWorkerUtils({ pgPool: pool, logger })
  for (let from = 0; from < events.length; from += addedAtOnce) {
    const batch = events.slice(from, from + addedAtOnce)
    await utils.addJobs(batch.map((payload) => ({ identifier: "bench_rival", payload })))
  }
  if (!done.signal.aborted) await once(done.signal, "abort")
  await runner.stop()
  await utils.release()
}
