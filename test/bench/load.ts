/**
 * How fast a load is, and how much memory it needs, beside the floor of what Postgres must do in any case; then the same
 * load again when nothing has changed, and a delta when a few records have.
 *
 * All of the same PricebookEntries, one after another, on one durable Postgres:
 *   download  the result pages from the simulated org (a process of its own) into files, nothing else: the source alone
 *   load      `sf-shadow backfill PricebookEntry` as shipped, a process of its own; timed is its run, as sf_shadow_run
 *             shows it: without the second in which the program starts
 *   again     the same backfill once more, after a service has followed the org, and nothing has changed in it; the
 *             tables are vacuumed before
 *   floor     COPY of the same files into a text table and one INSERT ... SELECT of typed columns and jsonb into a
 *             table with the same keys, foreign key and index
 *   delta     `sf-shadow delta PricebookEntry` after a thousandth of the entries have changed and nobody has listened,
 *             none of them in the second in which the load before was read
 * There is a tenth as many products, loaded before and not counted.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Pool } from "pg"
import { readConfig } from "../../src/base/config.ts"
import { waitFor } from "../harness/wait.ts"
import type { Bench, Benchmark } from "./harness/benchmark.ts"
import { type Figure, figure } from "./harness/figure.ts"
import { busiest, measured, say, type Took, timed, whole } from "./harness/measure.ts"
import { followPeakMemory } from "./harness/processes.ts"
import { backfill, startProgram } from "./harness/programs.ts"
import { downloadPages } from "./load/download.ts"
import { loadFloor } from "./load/floor.ts"
import { startBenchOrg } from "./org/bench_org.ts"

const pricebooks = 10

export const load: Benchmark = {
  name: "load",
  async run(bench): Promise<Figure[]> {
    const { size, database, started } = bench
    const rows = size.of(1_000_000, 10_000)
    const changes = size.of(1_000, 10)
    const folder = await mkdtemp(join(tmpdir(), "sf-shadow-bench-pages-"))
    started.add({ stop: () => rm(folder, { recursive: true, force: true }) })
    say(`  an org is filled with ${whole(rows)} entries`)
    const org = started.add(await startBenchOrg({ products: rows / pricebooks, pricebooks, accounts: 0 }))
    const environment = { ...org.environment, DATABASE_URL: database.url, LOG_LEVEL: "warn" }
    await backfill(["Product2"], environment)

    say("  the result pages are downloaded")
    const download = await timed(() => downloadPages(readConfig(environment), folder))
    say("  load")
    const first = await measureLoad(bench, org.pid, "backfill", environment)
    await followUntilFresh(bench, environment)
    // As autovacuum does after a load: what it logs, and the first look at new rows, is no part of the next one.
    await database.pool.query("vacuum (analyze)")
    say("  load again")
    const again = await measureLoad(bench, org.pid, "backfill", environment)
    say("  floor")
    await database.pool.query("checkpoint")
    const floor = await loadFloor(database.pool, download.result)
    await assertSame(database.pool, rows)
    const floorSeconds = floor.copySeconds + floor.insertSeconds
    say(`  delta of ${whole(changes)} changes`)
    await loadsLieBehind(database.pool)
    await org.changeEntries(changes)
    const delta = await measureLoad(bench, org.pid, "delta", environment)
    await org.assertEqual(database.url)

    const timing = { unit: "s", alone: download.seconds }
    return [
      figure({
        ...timing,
        name: `load of ${whole(rows)} entries (${whole(rows / first.seconds)} rows/s)`,
        ours: first.seconds,
        against: "COPY and one INSERT ... SELECT of the same files",
        theirs: floorSeconds,
        goal: { of: "ratio", atMost: 1.3 },
        limit: busiest(first.took),
      }),
      figure({
        name: "its peak memory",
        unit: "MB",
        ours: first.peakMB,
        goal: { of: "ours", atMost: 200 },
        limit: "our process, started from source",
      }),
      figure({
        ...timing,
        name: "the same load again, nothing changed",
        ours: again.seconds,
        against: "the first load",
        theirs: first.seconds,
        goal: { of: "ratio", atMost: 0.25 },
        limit: busiest(again.took),
      }),
      figure({
        name: "rows that it wrote",
        unit: "",
        ours: again.updated,
        goal: { of: "ours", atMost: 0 },
        limit: "nothing: rule 5b",
        holdsSmall: true,
      }),
      figure({
        name: "its write-ahead log",
        unit: "MB",
        ours: again.walMB,
        against: "the first load's",
        theirs: first.walMB,
        goal: { of: "ratio", atMost: 0.05 },
        limit: "Postgres",
        holdsSmall: true,
      }),
      figure({
        name: `delta of ${whole(changes)} changed in ${whole(rows)}`,
        unit: "s",
        ours: delta.seconds,
        against: "the first load",
        theirs: first.seconds,
        goal: { of: "ratio", atMost: 0.1 },
        limit: busiest(delta.took),
      }),
      figure({
        name: "rows that the delta wrote, less those that had changed",
        unit: "",
        ours: delta.updated - changes,
        goal: { of: "ours", atMost: 0 },
        limit: "nothing: rule 5b",
        holdsSmall: true,
      }),
    ]
  },
}

interface Load {
  /** Of the run, from its start to its end. */
  seconds: number
  /** The program, from start to exit. */
  took: Took<unknown>
  peakMB: number
  walMB: number
  /** Rows of the table that were updated. */
  updated: number
}

async function measureLoad(
  { database: { pool, server } }: Bench,
  orgPid: number,
  command: "backfill" | "delta",
  environment: Record<string, string>,
): Promise<Load> {
  await pool.query("checkpoint")
  const before = await readWritten(pool)
  const program = startProgram([command, "PricebookEntry"], environment)
  const pids = { org: orgPid, "sf-shadow": "ended", Postgres: server.pid } as const
  const peakMemory = followPeakMemory(program.child.pid as number)
  const took = await measured(pids, () => program.ended)
  if (took.result !== 0) throw new Error(`${program.output.stdout}${program.output.stderr}`)
  const after = await readWritten(pool)
  const { rows } = await pool.query<{ seconds: number }>(
    `select extract(epoch from finished_at - created_at)::float as seconds from sf_shadow_run
     where object = 'PricebookEntry' and state = 'complete' order by run_id desc limit 1`,
  )
  return {
    seconds: rows[0]?.seconds ?? Number.NaN,
    took,
    peakMB: peakMemory(),
    walMB: (after.wal - before.wal) / 1e6,
    updated: after.updated - before.updated,
  }
}

/** Bytes of WAL, and updates of the table, since the database is there. The program's sessions have ended: they have told. */
async function readWritten(pool: Pool): Promise<{ wal: number; updated: number }> {
  const { rows } = await pool.query<{ wal: string; updated: string }>(
    `select pg_current_wal_insert_lsn() - '0/0' as wal, n_tup_upd as updated
     from pg_stat_user_tables where relname = 'sf_pricebook_shadow'`,
  )
  return { wal: Number(rows[0]?.wal), updated: Number(rows[0]?.updated) }
}

/** Has a service follow until the object claims to be fresh: its stream is live, and what was missed before that is loaded. */
async function followUntilFresh(
  { database, started }: Bench,
  environment: Record<string, string>,
): Promise<void> {
  say("  a service follows the org for a while")
  const service = started.add(startProgram(["run", "--only", "pubsub,worker"], environment))
  await service.whileRunning(
    waitFor("the entries are fresh", 600_000, async () => {
      const { rows } = await database.pool.query(
        "select from sf_shadow_lag where object = 'PricebookEntry' and state = 'fresh'",
      )
      return rows.length > 0
    }),
  )
  await service.stop()
}

/**
 * Until a change bears a later second than the last load's read. One of the same second might have been in it or not, and
 * is read again by Id (rule 5): by a service, and none runs here.
 */
async function loadsLieBehind(pool: Pool): Promise<void> {
  await waitFor("the loads lie behind", 10_000, async () => {
    const { rows } = await pool.query<{ behind: boolean }>(
      "select clock.earliest > (select max(read_to) + interval '1 s' from sf_shadow.read) as behind from sf_shadow.salesforce_now clock",
    )
    return rows[0]?.behind
  })
}

/** The floor's work is the same, only without a question asked. */
async function assertSame(pool: Pool, rows: number): Promise<void> {
  const compared = await pool.query<{ same: string }>(
    `select count(*) as same from bench_floor f join sf_pricebook_shadow s using (pricebook_entry_id)
     where f.raw_payload = s.raw_payload and f.unit_price = s.unit_price`,
  )
  const same = Number(compared.rows[0]?.same)
  if (same !== rows) throw new Error(`${same} of ${rows} rows are equal in the floor's table`)
}
