import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { createTestDatabase } from "../harness/postgres.ts"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { Changes, fill, gone, startConsumer } from "./consumer.ts"

describe("each consumer has a cursor of its own", { skip: withoutRedis }, async () => {
  if (withoutRedis) return
  const database = await createTestDatabase()
  const changes = new Changes(database)
  const { pool } = database

  it("a new consumer clears both families first: nobody knows how old they are", async (t) => {
    const { client, url } = await startRedis()
    await changes.product("P0", "S0")
    await fill(client, "catalog:sku:ANY", "eligibility:ANY", "session:1")
    await startConsumer(t, database, { redisUrl: url, consumer: "new" })
    await gone(client, ["catalog:sku:ANY", "eligibility:ANY"])
    await changes.allAcknowledged("new")
    assert.equal(await client.exists("session:1"), 1)
  })

  it("one that was away goes on where it stopped, whatever another one has done meanwhile", async (t) => {
    const [first, second] = [await startRedis(), await startRedis()]
    await startConsumer(t, database, { redisUrl: first.url, consumer: "first" })
    const away = await startConsumer(t, database, { redisUrl: second.url, consumer: "second" })
    await changes.allAcknowledged("first")
    await changes.allAcknowledged("second")
    await away.stop()
    for (const { client } of [first, second]) await fill(client, "eligibility:A1", "eligibility:OTHER")
    await changes.account("A1")
    await gone(first.client, ["eligibility:A1"])
    await changes.allAcknowledged("first")
    assert.equal(await second.client.exists("eligibility:A1"), 1)
    const back = await startConsumer(t, database, { redisUrl: second.url, consumer: "second" })
    await gone(second.client, ["eligibility:A1"])
    await changes.allAcknowledged("second")
    assert.deepEqual(back.logged("cache_cleared"), [])
    assert.equal(await second.client.exists("eligibility:OTHER"), 1)
  })

  it("two processes of one name: one works, the other takes over", async (t) => {
    const { client, url } = await startRedis()
    const one = await startConsumer(t, database, { redisUrl: url, consumer: "shared" })
    await changes.allAcknowledged("shared")
    await startConsumer(t, database, { redisUrl: url, consumer: "shared" })
    await one.stop()
    await fill(client, "eligibility:A1")
    await changes.account("A1")
    await gone(client, ["eligibility:A1"])
  })

  for (const [what, change] of [
    ["another system identifier", "system_identifier = system_identifier + 1"],
    ["another timeline", "timeline = timeline + 1"],
    ["a cursor ahead of the outbox", "seq = seq + 1000"],
  ]) {
    it(`${what}: the numbers mean nothing, so the families are cleared`, async (t) => {
      const { client, url } = await startRedis()
      const before = await startConsumer(t, database, { redisUrl: url, consumer: "moved" })
      await changes.allAcknowledged("moved")
      await before.stop()
      await pool.query(`update sf_shadow.invalidation_consumer set ${change} where consumer = 'moved'`)
      await fill(client, "catalog:sku:ANY", "eligibility:ANY")
      const after = await startConsumer(t, database, { redisUrl: url, consumer: "moved" })
      await gone(client, ["catalog:sku:ANY", "eligibility:ANY"])
      await changes.allAcknowledged("moved")
      assert.match(after.logged("cache_cleared")[0]?.reason as string, /another database|started anew/)
    })
  }

  it("an outbox trimmed past a dead consumer: shown as such, and cleared when it is back", async (t) => {
    const { client, url } = await startRedis()
    await pool.query("delete from sf_shadow.invalidation_consumer")
    const before = await startConsumer(t, database, { redisUrl: url, consumer: "dead" })
    await changes.allAcknowledged("dead")
    await before.stop()
    await changes.account("A1")
    await changes.account("A2")
    await pool.query(
      "update sf_shadow.invalidation_consumer set seen_at = now() - interval '4 days' where consumer = 'dead'",
    )
    const state = async () => {
      const { rows } = await pool.query(
        "select state, reason, behind from sf_shadow_invalidation_consumer where consumer = 'dead' and object = 'Account'",
      )
      return rows[0]
    }
    assert.equal((await state()).state, "dead")
    assert.match((await state()).reason, /^not seen since .*delete from sf_shadow\.invalidation_consumer/)
    assert.equal((await state()).behind, 2)

    const trim = async () => (await pool.query("select sf_shadow._trim_invalidations() as done")).rows[0].done
    await pool.query("update sf_shadow.invalidation set committed_at = now() - interval '2 days'")
    await trim()
    const { rows } = await pool.query(
      "select object, count(*) as kept from sf_shadow.invalidation group by 1",
    )
    assert.deepEqual(rows, [{ object: "Account", kept: 2 }], "kept for the slowest consumer only")
    await pool.query("update sf_shadow.invalidation set committed_at = now() - interval '4 days'")
    assert.deepEqual((await trim()).dead_consumers, ["dead"])
    assert.equal((await state()).state, "overrun")

    await fill(client, "eligibility:A1", "eligibility:ANY", "catalog:sku:ANY")
    await startConsumer(t, database, { redisUrl: url, consumer: "dead" })
    await gone(client, ["eligibility:A1", "eligibility:ANY"])
    await changes.allAcknowledged("dead")
    assert.equal((await state()).state, "current")
    assert.equal(await client.exists("catalog:sku:ANY"), 1, "nothing of the catalogue was missed")
  })

  it("a consumer that nobody has seen for two weeks is forgotten, and holds nothing back", async () => {
    await pool.query("update sf_shadow.invalidation_consumer set seen_at = now() - interval '15 days'")
    await pool.query("select sf_shadow._trim_invalidations()")
    const { rows } = await pool.query("select count(*) as consumers from sf_shadow.invalidation_consumer")
    assert.equal(rows[0].consumers, 0)
  })
})
