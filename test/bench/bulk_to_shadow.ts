/**
 * How fast a load is, and how much memory it needs, beside the floor of what Postgres must do in any case.
 *
 *   node --import tsx test/bench/bulk_to_shadow.ts [--rows 1000000]
 *
 * Four measurements of the same PricebookEntries, one after another, on one durable Postgres of our own:
 *   download  the result pages from the simulated org (a process of its own) into files, nothing else
 *   load      `sf-shadow backfill PricebookEntry` as shipped, a process of its own, from start to exit
 *   again     the same backfill once more, while a service follows the org and nothing has changed in it
 *   floor     COPY of the same files into a text table and one INSERT ... SELECT of typed columns and jsonb into a
 *             table with the same keys, foreign key and index
 * There is a tenth as many products, loaded before and not counted. Targets: load / floor <= 2, memory < 300 MB;
 * again at least 4 times faster than load, without a write to the table, with under 5 % of its WAL.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import type { Pool } from "pg"
import { readConfig } from "../../src/base/config.ts"
import { downloadPages } from "./bulk_to_shadow/download.ts"
import { loadFloor } from "./bulk_to_shadow/floor.ts"
import { bench } from "./harness/bench.ts"
import { startBenchDatabase } from "./harness/database.ts"
import { followPeakMemory, printTable, say, timed, whole } from "./harness/measure.ts"
import { backfill, startProgram, startSimulatorProgram } from "./harness/programs.ts"

const { values } = parseArgs({ options: { rows: { type: "string", default: "1000000" } } })
const rows = Number(values.rows)
const pricebooks = 10
const products = Math.ceil(rows / pricebooks)

await bench(async (started) => {
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-bench-pages-"))
  started.add({ stop: () => rm(folder, { recursive: true, force: true }) })
  const database = started.add(await startBenchDatabase())
  say(`Filling the simulated org with ${whole(products)} products and ${whole(rows)} entries ...`)
  const simulator = started.add(await startSimulatorProgram({ products, pricebooks }))
  const environment = { ...simulator.environment, DATABASE_URL: database.url }
  const config = readConfig(environment)
  await backfill(["Product2"], environment)

  say("Downloading the result pages ...")
  const download = await timed(() => downloadPages(config, folder))

  const load = await measureLoad(database.pool, environment)

  say("Waiting until a service follows the org ...")
  const service = startProgram(["run", "--only", "pubsub,worker"], environment)
  started.add(service)
  await service.whileRunning(untilFresh(database.pool))
  say("Loading again ...")
  const again = await measureLoad(database.pool, environment)
  await service.stop()

  say("Loading the floor ...")
  await database.pool.query("checkpoint")
  const floor = await loadFloor(database.pool, download.result)

  const { rows: compared } = await database.pool.query<{ same: string }>(
    `select count(*) as same from bench_floor f join sf_pricebook_shadow s using (pricebook_entry_id)
     where f.raw_payload = s.raw_payload and f.unit_price = s.unit_price`,
  )
  const floorSeconds = floor.copySeconds + floor.insertSeconds
  const rate = (seconds: number) => `${seconds.toFixed(1)} s  ${whole(rows / seconds)} rows/s`
  printTable([
    ["rows", whole(rows)],
    ["equal in both tables", whole(Number(compared[0]?.same))],
    ["download alone", rate(download.seconds)],
    ["load", `${rate(load.seconds)}  (${whole(load.walMB)} MB of WAL)`],
    [
      "again",
      `${rate(again.seconds)}  (${whole(again.walMB)} MB of WAL, ${whole(again.updated)} rows updated; target: 0)`,
    ],
    ["load / again", `${(load.seconds / again.seconds).toFixed(2)}  (target: at least 4)`],
    [
      "floor",
      `${rate(floorSeconds)}  (COPY ${floor.copySeconds.toFixed(1)} s, INSERT ${floor.insertSeconds.toFixed(1)} s)`,
    ],
    ["load / floor", `${(load.seconds / floorSeconds).toFixed(2)}  (target: at most 2.0)`],
    ["peak memory", `${whole(load.peakMB)} MB  (target: under 300 MB)`],
  ])
})

/** The program's load of all entries, with its peak memory, what it wrote ahead, and the rows that it updated. */
async function measureLoad(pool: Pool, environment: Record<string, string>) {
  await pool.query("checkpoint")
  const before = await readWritten(pool)
  const { result: peakMB, seconds } = await timed(async () => {
    const program = startProgram(["backfill", "PricebookEntry"], environment)
    const peakMemory = followPeakMemory(program.child.pid as number)
    if ((await program.ended) !== 0) throw new Error(`${program.output.stdout}${program.output.stderr}`)
    return peakMemory()
  })
  const after = await readWritten(pool)
  return { seconds, peakMB, walMB: (after.wal - before.wal) / 1e6, updated: after.updated - before.updated }
}

/** Bytes of WAL, and updates of the table, since the database is there. The program's sessions have ended: they have told. */
async function readWritten(pool: Pool): Promise<{ wal: number; updated: number }> {
  const { rows } = await pool.query<{ wal: string; updated: string }>(
    `select pg_current_wal_insert_lsn() - '0/0' as wal, n_tup_upd as updated
     from pg_stat_user_tables where relname = 'sf_pricebook_shadow'`,
  )
  return { wal: Number(rows[0]?.wal), updated: Number(rows[0]?.updated) }
}

/** Resolves when the object claims to be fresh: its stream is live, and what was missed before that is loaded. */
async function untilFresh(pool: Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query(
      "select from sf_shadow_lag where object = 'PricebookEntry' and state = 'fresh'",
    )
    if (rows.length > 0) return
    await sleep(200)
  }
}
