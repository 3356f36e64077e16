/**
 * How many change events per second come from the Pub/Sub API into the shadow tables, beside the naive way.
 *
 *   node --import tsx test/bench/pubsub_to_events.ts [--events 100000]
 *
 * service  a simulated org in a process of its own publishes the events at once; `sf-shadow run --only pubsub,worker`,
 *          a process of its own, follows them over gRPC. Timed from the first publish to the last event folded.
 * rival    the same events, already decoded and stored, one graphile-worker job and one upsert each; several settings
 *          of concurrency and queue are tried on a tenth of the events, and the best one takes them all.
 * Both on one durable Postgres of our own with the same rows loaded before. Target: at least 2,000 events/s.
 */
import { parseArgs } from "node:util"
import { bench } from "./harness/bench.ts"
import { startBenchDatabase } from "./harness/database.ts"
import { followPeakMemory, printTable, say, timed, whole } from "./harness/measure.ts"
import { backfill, startProgram } from "./harness/programs.ts"
import { startPublishingOrg } from "./pubsub_to_events/publishing_org.ts"
import { runRival } from "./pubsub_to_events/rival.ts"
import { waitUntilFolded, waitUntilFollowed } from "./pubsub_to_events/streams.ts"

const { values } = parseArgs({ options: { events: { type: "string", default: "100000" } } })
const events = Number(values.events)

await bench(async (started) => {
  const database = started.add(await startBenchDatabase())
  const { pool } = database
  say("Filling the simulated org ...")
  const org = started.add(await startPublishingOrg())
  const environment = { ...org.environment, DATABASE_URL: database.url, LOG_LEVEL: "warn" }
  say("Loading it ...")
  await backfill([], environment)

  say("Publishing, with the service following ...")
  const service = started.add(startProgram(["run", "--only", "pubsub,worker"], environment))
  const peakMemory = followPeakMemory(service.child.pid as number)
  await service.whileRunning(waitUntilFollowed(pool))
  await pool.query("checkpoint")
  const published = org.publish(events)
  const folded = await timed(() => service.whileRunning(waitUntilFolded(pool, events)))
  const publishing = await published
  const memory = peakMemory()
  await service.stop()
  const differences = await org.differences(database.url)

  say("The rival ...")
  const rival = await runRival(database.url, say)

  const rate = (seconds: number) => `${seconds.toFixed(1)} s  ${whole(events / seconds)} events/s`
  printTable([
    ["events", whole(events)],
    ["published in", `${publishing.toFixed(1)} s`],
    ["service, gRPC to shadow", `${rate(folded.seconds)}  (target: at least 2,000 events/s)`],
    ["rival, a job and an upsert each", `${rate(rival.seconds)}  (${rival.settings})`],
    ["service / rival", (rival.seconds / folded.seconds).toFixed(1)],
    ["service's peak memory", `${whole(memory)} MB`],
    ["differences from the org", String(differences)],
  ])
})
