/**
 * How long after the commit of an append is its event visible in the shadow, and what does it cost?
 *
 *   node --import tsx test/bench/events_to_shadow.ts [--seconds 20]
 *
 * `sf-shadow run --only worker`, a process of its own, on a durable Postgres of our own with 10,000 products. The benchmark
 * appends updates of products as the leader of a stream does, one response after another, each with what is due by then:
 * at 4 and at 500 events a second. An event is visible when the notification of the fold's commit has arrived, which
 * names its record. `transactions` are those that write, the append's own among them, and the looks of idle workers,
 * five a second. The floor, in the same run and without the service: each append is folded at once, by the same session.
 * At last the same at 4/s with a fold that only moves the cursor and notifies: what the way to the fold takes by itself.
 * Target at 500: p50 at most 15 ms.
 */
import { loadavg } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import type { Pool } from "pg"
import { waitFor } from "../harness/wait.ts"
import { bench } from "./harness/bench.ts"
import { startBenchDatabase } from "./harness/database.ts"
import { printTable, say } from "./harness/measure.ts"
import { backfill, startProgram, startSimulatorProgram } from "./harness/programs.ts"

const { values } = parseArgs({ options: { seconds: { type: "string", default: "20" } } })
const seconds = Number(values.seconds)
const products = 10_000

interface Lead {
  stream_id: number
  epoch: string
}

async function lead(pool: Pool): Promise<Lead> {
  await pool.query("select sf_shadow.ensure_stream('/data/Product2ChangeEvent', array['Product2'])")
  const { rows } = await pool.query<Lead>(
    "select stream_id, epoch from sf_shadow.lead_stream('/data/Product2ChangeEvent')",
  )
  return rows[0] as Lead
}

let published = 0

function update(id: string) {
  published++
  return {
    object: "Product2",
    change_type: "UPDATE",
    record_ids: [id],
    commit_timestamp: new Date(),
    commit_number: published,
    sequence_number: 1,
    event_id: `event ${published}`,
    replay_id: published.toString(16).padStart(16, "0"),
    fields: { Name: `Renamed ${published}` },
  }
}

/** Appends as the leader does, in a transaction of its own. */
async function append(pool: Pool, { stream_id, epoch }: Lead, events: object[]): Promise<void> {
  await pool.query("select sf_shadow.pubsub_to_events($1, $2, '\\x01', $3::jsonb)", [
    stream_id,
    epoch,
    JSON.stringify(events),
  ])
}

/** Milliseconds of one fold of one event, four times a second. */
async function measureFloor(pool: Pool, ids: readonly string[]): Promise<number[]> {
  const leads = await lead(pool)
  const times: number[] = []
  for (const id of ids.slice(0, 4 * seconds)) {
    await append(pool, leads, [update(id)])
    const beganAt = performance.now()
    await pool.query("select from sf_shadow.events_to_shadow($1, 2000)", [leads.stream_id])
    times.push(performance.now() - beganAt)
    await sleep(Math.max(0, 250 - (performance.now() - beganAt)))
  }
  return times
}

/** Milliseconds of each append, and from its commit until each event was visible; transactions that write per event. */
async function measure(pool: Pool, ids: readonly string[], perSecond: number) {
  const leads = await lead(pool)
  const visible = new Map<string, PromiseWithResolvers<number>>()
  const listener = await pool.connect()
  listener.on("notification", async ({ payload }) => {
    const at = performance.now()
    const { seq, ids: named } = JSON.parse(payload as string) as { seq: number; ids: string[] | null }
    for (const id of named ?? (await invalidated(pool, seq))) visible.get(id)?.resolve(at)
  })
  await listener.query("listen sf_shadow_changed")
  const before = await writes(pool)
  const appends: number[] = []
  const latencies: Promise<number>[] = []
  const startedAt = performance.now()
  for (let made = 0; made < perSecond * seconds; ) {
    await sleep(Math.max(0, startedAt + (made * 1000) / perSecond - performance.now()))
    const due =
      Math.min(Math.floor(((performance.now() - startedAt) * perSecond) / 1000) + 1, perSecond * seconds) -
      made
    const events = Array.from({ length: due }, (_, n) => update(ids[(made + n) % ids.length] as string))
    for (const { record_ids } of events) visible.set(record_ids[0] as string, Promise.withResolvers())
    const beganAt = performance.now()
    await append(pool, leads, events)
    const committedAt = performance.now()
    appends.push(committedAt - beganAt)
    for (const { record_ids } of events) {
      const seen = visible.get(record_ids[0] as string) as PromiseWithResolvers<number>
      latencies.push(seen.promise.then((at) => Math.max(at - committedAt, 0)))
    }
    made += due
  }
  await waitFor("all events are folded", 60_000, async () => {
    const { rows } = await pool.query(
      "select from sf_shadow.stream s join sf_shadow.stream_cursor c using (stream_id) where c.applied_seq < s.next_seq - 1",
    )
    return rows.length === 0
  })
  const perEvent = ((await writes(pool)) - before) / (perSecond * seconds)
  const result = { appends, latencies: await Promise.all(latencies), perEvent }
  listener.release(true)
  return result
}

/** The records of a batch that has too many for a notification. */
async function invalidated(pool: Pool, seq: number): Promise<string[]> {
  const { rows } = await pool.query<{ record_ids: string[] }>(
    "select record_ids from sf_shadow.invalidation where object = 'Product2' and seq = $1",
    [seq],
  )
  return rows[0]?.record_ids ?? []
}

/** Transactions of the server that have written, so far. */
async function writes(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ writes: number }>(
    "select pg_snapshot_xmax(pg_current_snapshot())::text::float8 as writes",
  )
  return rows[0]?.writes as number
}

/** Puts in the fold's place one that changes no record, and says so of all that were appended. */
const nullFold = `
  create or replace function sf_shadow.events_to_shadow(of_stream_id integer, batch_size integer)
  returns table (object text, change_type text, result text, events bigint, consumed bigint, commit_timestamps timestamptz[])
  language plpgsql as $$
  #variable_conflict use_column
  declare
    applied bigint;
    taken text[];
  begin
    select c.applied_seq into applied from sf_shadow.stream_cursor c where c.stream_id = of_stream_id for update;
    select array_agg(e.record_ids[1]) into taken from public.sf_shadow_event e where e.stream_id = of_stream_id and e.seq > applied;
    update sf_shadow.stream_cursor c set applied_seq = applied + coalesce(cardinality(taken), 0) where c.stream_id = of_stream_id;
    if taken is not null then
      perform pg_notify('sf_shadow_changed', json_build_object('seq', 0, 'ids', taken)::text);
    end if;
  end $$`

function quantiles(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  return [0.5, 0.9, 0.99]
    .map((q) => `p${q * 100} ${(sorted[Math.floor(q * (sorted.length - 1))] as number).toFixed(1)} ms`)
    .join(", ")
}

await bench(async (started) => {
  const database = started.add(await startBenchDatabase())
  const { pool } = database
  say("Loading ...")
  const org = started.add(await startSimulatorProgram({ products, pricebooks: 1 }))
  const environment = { ...org.environment, DATABASE_URL: database.url, LOG_LEVEL: "warn" }
  await backfill(["Product2"], environment)
  const { rows } = await pool.query<{ product_id: string }>("select product_id from sf_product_shadow")
  const ids = rows.map((row) => row.product_id)
  const floor = await measureFloor(pool, ids)
  const service = started.add(startProgram(["run", "--only", "worker"], environment))
  const table: [string, string][] = []
  const run = async (name: string, perSecond: number) => {
    say(`${name} ...`)
    const { appends, latencies, perEvent } = await service.whileRunning(measure(pool, ids, perSecond))
    table.push(
      [`${name}: append`, quantiles(appends)],
      [`${name}: its commit to visible`, quantiles(latencies)],
      [`${name}: transactions per event`, perEvent.toFixed(2)],
    )
  }
  await run("warming up", 4)
  table.length = 0
  await run("4/s", 4)
  await run("500/s", 500)
  await pool.query(nullFold)
  await run("4/s, null fold", 4)
  printTable([
    ["floor: one fold of one event", quantiles(floor)],
    ...table,
    ["load average of this machine", (loadavg()[0] as number).toFixed(1)],
  ])
  await service.stop()
})
