import assert from "node:assert/strict"
import { test } from "node:test"
import type { Pool } from "pg"
import type { ChangeEvent } from "../../src/simulator/org/change_event.ts"
import { Random } from "../../src/simulator/org/random.ts"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { RandomChanges } from "../harness/random_changes.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

async function allStreamsHavePositions(pool: Pool): Promise<void> {
  await waitFor("every stream has a position", 15_000, async () => {
    const { rows } = await pool.query("select count(replay_id) as positions from sf_shadow.stream")
    return rows[0].positions === 3
  })
}

/** Header values that name an event: the bus gives it no other name before it is delivered. */
const named = (event: Pick<ChangeEvent, "entityName" | "transactionKey" | "sequenceNumber">) =>
  `${event.entityName} ${event.transactionKey} ${event.sequenceNumber}`

test("the leader is killed, the other process takes over, a third resumes: every event is stored once", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t)
  const variables = environment(url)
  await endsWith(0, ["backfill"], variables)
  // Without a worker: what a killed worker holds up shows in test/end_to_end.test.ts.
  const leader = await startService(t, variables, ["--only", "pubsub"])
  await allStreamsHavePositions(pool)
  const standby = await startService(t, variables)

  const published: string[] = []
  org.onPublish((event) => {
    if (event.entityName !== "Pricebook2") published.push(named(event))
  })
  const random = new RandomChanges(org, new Random(7), seeded)
  const change = async (changes: number) => {
    for (let made = 0; made < changes; made++) {
      random.change()
      if (made % 5 > 0) continue
      const before = published.length
      await waitFor("an event is published", 5_000, () => published.length > before)
    }
  }
  await change(60)
  await leader.kill()
  await change(60)
  const stored = async () => {
    const { rows } = await pool.query<{ name: string }>(
      `select object || ' ' || transaction_key || ' ' || sequence_number as name from sf_shadow_event`,
    )
    return rows.map(({ name }) => name).sort()
  }
  await waitFor("the other process has stored all", 20_000, async () => {
    return (await stored()).length >= published.length
  })
  await standby.stop()

  // Nobody listens.
  await change(30)
  random.giveSkusBack()
  const third = await startService(t, variables)
  await waitFor("the third process has stored all", 20_000, async () => {
    return (await stored()).length >= published.length
  })
  await settle(org, pool, 60_000)
  assert.deepEqual(await stored(), [...published].sort())
  const gaps = await pool.query(
    `select s.topic from sf_shadow.stream s
     where s.next_seq - 1 <> (select count(*) from sf_shadow_event e where e.stream_id = s.stream_id)`,
  )
  assert.deepEqual(gaps.rows, [], "numbers without gaps")
  await third.stop()
})

test("what changes between the load and the first response of the streams is not lost", async (t) => {
  const { url, pool } = await createTestDatabase()
  // The first response comes late: time for a crash before it.
  const { org, seeded, simulator, environment } = await startOrg(t, { keepaliveMs: [2_000, 2_500] })
  await endsWith(0, ["backfill"], environment(url))
  const [product, gone] = seeded.products as [string, string]
  org.transaction((tx) => tx.update("Product2", product, { Name: "changed before any stream" }))
  org.transaction((tx) => tx.delete("Product2", gone))
  org.hardDelete("Account", [seeded.accounts[0] as string])

  const first = await startService(t, environment(url))
  await waitFor("all streams are open", 10_000, () => simulator.pubsub.openStreams() === 3)
  await first.kill()
  org.transaction((tx) => tx.update("Product2", product, { ProductCode: "changed while it was down" }))
  org.transaction((tx) => tx.delete("PricebookEntry", seeded.entries.at(-1) as string))

  const second = await startService(t, environment(url))
  const holes = await pool.query(
    "select count(*) as holes from sf_shadow.object_state where hole_to = 'infinity'",
  )
  assert.deepEqual(holes.rows, [{ holes: 3 }])
  await settle(org, pool, 60_000)
  await second.stop()
})

test("an entry that arrives before its product settles by itself", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t)
  await endsWith(0, ["backfill"], environment(url))
  const service = await startService(t, environment(url))
  await allStreamsHavePositions(pool)
  const late = org.faults.arm("pubsub.unavailable", { topic: "/data/Product2ChangeEvent", times: 4 })
  const entry = org.transaction((tx) => {
    const Product2Id = tx.create("Product2", { Name: "Late", StockKeepingUnit: "LATE", IsActive: true })
    const Pricebook2Id = seeded.pricebooks[0] as string
    return tx.create("PricebookEntry", { Product2Id, Pricebook2Id, UnitPrice: 1, IsActive: true })
  })
  await waitFor("the entry waits for its product", 10_000, async () => {
    const { rows } = await pool.query("select reason from sf_shadow.dirty where record_id = $1", [entry])
    return rows[0]?.reason.match(/Product2 \w+ is not in the shadow/)
  })
  await settle(org, pool, 30_000)
  assert.ok(late.struck > 0)
  await service.stop()
})
