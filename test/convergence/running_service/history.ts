import assert from "node:assert/strict"
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import pg from "pg"
import { Random } from "../../../src/simulator/org/random.ts"
import { hostileUrl } from "../../harness/hostile_settings.ts"
import { startOrg } from "../../harness/org.ts"
import { createTestDatabase } from "../../harness/postgres.ts"
import { launchService, type Service } from "../../harness/service.ts"
import { settle } from "../../harness/settled.ts"
import { startNeighbour, undisturbed } from "../../neighbour/neighbour.ts"
import { untrueClaims } from "./freshness.ts"
import { Mishaps } from "./mishaps.ts"
import { RandomTransactions } from "./random_transactions.ts"
import { ReaderAnswers } from "./reader_answers.ts"
import { stories } from "./record_story.ts"
import { coverSilentChanges } from "./silent_changes.ts"

/** SF_PUBLISH_DELAY_S of the service; the org publishes within less than half of it, unless this process stalls. */
const publishDelayMs = 1_000
/** How often the claims are looked at; each look reads the whole shadow. */
const lookEveryMs = 250
/** A killed worker's jobs are freed after 20 s; one that fails then, on a busy machine, waits for its next try. */
const settledWithinMs = 240_000

/** What a history was made of, for the log. */
export interface Told {
  seed: number
  seconds: number
  transactions: number
  kills: number
  looks: number
  mishaps: Record<string, number>
}

/**
 * One history of an org and a service as shipped, in a process of its own: random transactions, faults, operators'
 * jobs and kills from the seed; then the faults end, and the shadow must become equal to the org and say so.
 * All the while no claim of freshness may be untrue, whichever way a reader is told of it. Times are those of the machine, so that a seed repeats what
 * is done, not each interleaving of it.
 */
export async function playHistory(t: TestContext, seed: number): Promise<Told> {
  const startedAt = performance.now()
  const random = new Random(seed)
  const { org, simulator, seeded, environment } = await startOrg(t, {
    seed,
    products: 12,
    pricebooks: 2,
    accounts: 12,
    visibilityLagMs: [100, 600],
    publishDelayMs: [0, 400],
    clockSkewMs: random.pick([200, -200, 300_000, -300_000]),
    // Some loads see an org that changes a lot before their pages come.
    bulkJobMs: random.pick([
      [50, 150],
      [50, 3_000],
    ]),
  })
  const { url, pool } = await createTestDatabase(t)
  // A refused call (403 REQUEST_LIMIT_EXCEEDED) stops every kind until the limits are looked at again.
  await pool.query("update sf_shadow.setting set limits_every = '3 seconds'")
  const variables = {
    // Every third service is reached with settings that nobody could work with, and must not mind.
    ...environment(seed % 3 === 0 ? hostileUrl(url) : url),
    SF_PUBLISH_DELAY_S: String(publishDelayMs / 1000),
    SF_PUBSUB_SILENCE_S: "2",
    SF_BULK_PAGE_ROWS: "7",
  }

  // Every fourth database is another program's too, whose jobs are named as ours.
  const neighbour = seed % 4 === 2 ? await startNeighbour(t, url) : undefined

  let service: Service = launchService(t, variables)
  const start = () => {
    service = launchService(t, variables)
  }
  await service.printed(/"event":"service_started"/, "stderr")
  await pool.query("select public.add_job('backfill')")

  const mishaps = new Mishaps({ simulator, pool, random }, random.pick([0.03, 0.1, 0.3]))
  let isOver = false
  let looks = 0
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  // Of its own: what readers ask must not change what happens.
  const answers = new ReaderAnswers({ pool, org, random: new Random(seed) }, publishDelayMs)
  const watching = (async () => {
    for (; !isOver; looks++) {
      const untrue = [
        ...(await untrueClaims(client, org, publishDelayMs, mishaps.hiddenFields)),
        ...(await answers.untrue(mishaps.hiddenFields)),
      ]
      if (untrue.length > 0) throw new Error(`An untrue claim:\n${untrue.slice(0, 10).join("\n")}`)
      await sleep(lookEveryMs)
    }
  })().finally(() => client.end())

  const transactions = new RandomTransactions(org, random, seeded)
  const count = 40 + random.below(80)
  const kills = new Set(Array.from({ length: random.pick([0, 0, 1, 1, 2, 6]) }, () => random.below(count)))
  const play = async () => {
    // Some begin while the first load runs, some after it.
    await sleep(random.below(3_000))
    for (let made = 0; made < count && !isOver; made++) {
      transactions.commit()
      await mishaps.perhaps()
      if (kills.has(made)) {
        const killed = service
        // Some are replaced as by a rolling deployment: the new one has started when the old one is killed.
        const isReplaced = random.chance(0.3)
        if (isReplaced) start()
        await sleep(random.below(isReplaced ? 6_000 : 300))
        await killed.kill()
        await sleep(random.below(1_000))
        if (!isReplaced && !isOver) start()
        // Where many are killed, each is to get as far as to be hit at work.
        if (kills.size > 2) await service.printed(/"event":"service_started"/, "stderr")
      }
      if (random.chance(0.5)) await sleep(random.below(120))
    }
    await mishaps.end()
    const unstorable = transactions.makeStorable()
    await coverSilentChanges({
      org,
      pool,
      hardDeleted: transactions.hardDeleted,
      unpublished: mishaps.unpublished,
    })
    await settle(org, pool, settledWithinMs, unstorable)
    if (neighbour !== undefined) assert.deepEqual(await neighbour.jobs(), undisturbed)
  }
  const playing = play()
  try {
    await Promise.race([playing, watching])
  } catch (error) {
    const { message } = error as Error
    const parts = [
      `history ${seed}: ${message}`,
      JSON.stringify(mishaps.met),
      await stories(message, org, pool),
      `service's log:\n${service.output.stderr.slice(-6_000)}`,
    ]
    throw new Error(parts.join("\n"), { cause: error })
  } finally {
    isOver = true
    // Whichever is left ends by itself, for want of its org or database.
    playing.catch(() => {})
    await watching.catch(() => {})
    await service.kill()
    await neighbour?.stop()
  }
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10
  return { seed, seconds, transactions: count, kills: kills.size, looks, mishaps: mishaps.met }
}
