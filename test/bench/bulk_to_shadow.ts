/**
 * How fast a load is, and how much memory it needs, beside the floor of what Postgres must do in any case.
 *
 *   node --import tsx test/bench/bulk_to_shadow.ts [--rows 1000000]
 *
 * Three measurements of the same PricebookEntries, one after another, on one durable Postgres of our own:
 *   download  the result pages from the simulated org (a process of its own) into files, nothing else
 *   load      `sf-shadow backfill PricebookEntry` as shipped, a process of its own, from start to exit
 *   floor     COPY of the same files into a text table and one INSERT ... SELECT of typed columns and jsonb into a
 *             table with the same keys, foreign key and index
 * There is a tenth as many products, loaded before and not counted. Targets: load / floor <= 2, memory < 300 MB.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
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

  say("Loading ...")
  await database.pool.query("checkpoint")
  const load = await timed(async () => {
    const program = startProgram(["backfill", "PricebookEntry"], environment)
    const peakMemory = followPeakMemory(program.child.pid as number)
    if ((await program.ended) !== 0) throw new Error(`${program.output.stdout}${program.output.stderr}`)
    return peakMemory()
  })

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
    ["load", rate(load.seconds)],
    [
      "floor",
      `${rate(floorSeconds)}  (COPY ${floor.copySeconds.toFixed(1)} s, INSERT ${floor.insertSeconds.toFixed(1)} s)`,
    ],
    ["load / floor", `${(load.seconds / floorSeconds).toFixed(2)}  (target: at most 2.0)`],
    ["peak memory", `${whole(load.result)} MB  (target: under 300 MB)`],
  ])
})
