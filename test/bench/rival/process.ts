/**
 * What a team writes for itself: a subscriber of each topic whose events go through a queue, and one upsert each into a
 * table of records. A process of its own. It gets our own subscription and decoding, so that only what comes after them
 * is compared. Argument: the destination, "nothing" to see what the source alone takes.
 */
import pino from "pino"
import { readConfig } from "../../../src/base/config.ts"
import { Subscription } from "../../../src/pubsub/subscription.ts"
import { createSession } from "../../../src/salesforce/session.ts"
import { nowMs } from "../harness/measure.ts"
import { toBullmq } from "./bullmq.ts"
import { type Applied, type Destination, type DestinationName, eventOf } from "./destination.ts"
import { toGraphileWorker } from "./graphile_worker.ts"
import type { RivalAnswer } from "./start.ts"

const topics = ["Product2", "PricebookEntry", "Account"].map((object) => `/data/${object}ChangeEvent`)
const config = readConfig(process.env)
const tell = (answer: RivalAnswer) => process.send?.(answer)

const seen: [string, number][] = []
let awaited: number | undefined
const applied: Applied = (recordId) => {
  seen.push([recordId, nowMs()])
  tellWhenDone()
}
function tellWhenDone(): void {
  if (awaited === undefined || seen.length < awaited) return
  tell({ seen: seen.splice(0) })
  awaited = undefined
}

const toNothing: Destination = {
  add: async (events) => {
    for (const { recordId } of events) applied(recordId)
  },
  stop: async () => {},
}
const destinations: Record<DestinationName, () => Promise<Destination>> = {
  nothing: async () => toNothing,
  bullmq: () => toBullmq(config.databaseUrl, process.env.REDIS_URL as string, applied),
  "graphile-worker": () => toGraphileWorker(config.databaseUrl, applied),
}
const destination = await destinations[process.argv[2] as DestinationName]()
const session = createSession(config.salesforce)
const subscriptions: Subscription[] = []

/** Resolves with the first response: from then on no event is missed. */
const follow = (topic: string) =>
  new Promise<void>((followed) => {
    subscriptions.push(
      new Subscription({
        endpoint: config.salesforce.pubsubEndpoint,
        ca: config.salesforce.ca,
        credentials: () => session.credentials(),
        renew: () => session.renew(),
        topic,
        replay: { preset: "LATEST" },
        keep: () => null,
        async onBatch({ events }) {
          followed()
          await destination.add(events.map(eventOf))
        },
        onPositionLost: async () => ({ preset: "LATEST" }),
        log: pino({ level: "silent" }),
      }),
    )
  })
await Promise.all(topics.map(follow))

process.on("message", ({ events }: { events: number }) => {
  awaited = events
  tellWhenDone()
})
process.on("SIGTERM", async () => {
  await Promise.all(subscriptions.map((subscription) => subscription.close()))
  await destination.stop()
  await session.close()
  process.exit(0)
})
tell({ followed: true })
