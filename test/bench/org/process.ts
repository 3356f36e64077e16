/**
 * The simulated org of a benchmark, a process of its own so that it does not take the service's time. It is as quick as
 * it can be: what is committed is visible and on the bus at once, and a bulk job is complete when it is made.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises"
import { createPool } from "../../../src/postgres/pool.ts"
import { type Network, networks, shrunk } from "../../../src/simulator/network.ts"
import { Org } from "../../../src/simulator/org/org.ts"
import { type SeedSize, seedCatalogue } from "../../../src/simulator/org/seed.ts"
import { startSimulator } from "../../../src/simulator/start.ts"
import { differences } from "../../harness/differences.ts"
import { nowMs } from "../harness/measure.ts"
import type { Answer, Question } from "./bench_org.ts"
import { changeAccount, changeAny, changeEntries, changeNth } from "./changes.ts"

const org = new Org({ visibilityLagMs: [0, 0], publishDelayMs: [0, 0], clockSkewMs: 0 })
org.usage.deliveredEvents.max = 1_000_000_000
const seeded = seedCatalogue(org, JSON.parse(process.argv[2] as string) as SeedSize)
const networkShrunk = JSON.parse(process.argv[3] as string) as number | null
const network: Network =
  networkShrunk === null ? { ...networks.loopback, bulkJobMs: [0, 0] } : shrunk(networks.org, networkShrunk)
const simulator = await startSimulator({ org, network, keepaliveMs: [200, 400] })
const { credentials } = simulator
const tell = (answer: Answer) => process.send?.(answer)

process.on("message", async (question: Question) => tell(await answer(question)))
process.on("SIGTERM", () => simulator.close().then(() => process.exit(0)))
tell({
  ready: {
    SF_LOGIN_URL: simulator.loginUrl,
    SF_PUBSUB_ENDPOINT: simulator.pubsubEndpoint,
    SF_CA_FILE: simulator.caFile,
    SF_CLIENT_ID: credentials.clientId,
    SF_CLIENT_SECRET: credentials.clientSecret,
    // Salesforce's own lag and clock are none here; what is left is the second that its times are cut to.
    SF_MARGIN_S: "2",
    SF_BULK_POLL_MS: "100",
  },
})

async function answer(question: Question): Promise<Answer> {
  if ("publish" in question) return { seconds: await publish(question.publish, question.of) }
  if ("perSecond" in question) return { committed: await pace(question.perSecond, question.count) }
  if ("changeEntries" in question) {
    changeEntries(org, seeded, question.changeEntries)
    return { done: true }
  }
  const pool = createPool(question.compareWith, { max: 1 })
  try {
    return { differences: await differences(org, pool) }
  } finally {
    await pool.end()
  }
}

/** Commits one event after another, letting the servers work in between, and waits until all are on the bus. */
async function publish(events: number, of: "any" | "accounts"): Promise<number> {
  const startedAt = performance.now()
  let onBus = 0
  const allOnBus = new Promise<void>((resolve) => {
    const stop = org.onPublish(() => {
      onBus += 1
      if (onBus < events) return
      stop()
      resolve()
    })
  })
  for (let made = 0; made < events; made++) {
    if (of === "any") changeAny(org, seeded)
    else changeAccount(org, seeded)
    if (made % 200 === 0) await nextTurn()
  }
  await allOnBus
  return (performance.now() - startedAt) / 1000
}

/** Commits at a steady rate, each time another record; ids and the times of their commits, epoch ms. */
async function pace(perSecond: number, count: number): Promise<[id: string, at: number][]> {
  const committed: [string, number][] = []
  const startedAt = performance.now()
  for (let n = 0; n < count; n++) {
    const dueIn = startedAt + (n * 1000) / perSecond - performance.now()
    if (dueIn > 0) await sleep(dueIn)
    // Later than this nobody knows the change; the commit itself is a call that takes microseconds.
    const at = nowMs()
    committed.push([changeNth(org, seeded, n), at])
  }
  return committed
}
