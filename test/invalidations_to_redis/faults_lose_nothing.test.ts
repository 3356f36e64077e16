import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { createTestDatabase } from "../harness/postgres.ts"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { waitFor } from "../harness/wait.ts"
import { Changes, fill, gone, startConsumer } from "./consumer.ts"

describe("whatever Redis or Postgres do, no invalidation is lost", { skip: withoutRedis }, async () => {
  if (withoutRedis) return
  const database = await createTestDatabase()
  const changes = new Changes(database)

  it("Redis killed, and started again with data from before its last deletions", async (t) => {
    const server = await startRedis()
    const consumer = await startConsumer(t, database, { redisUrl: server.url, consumer: "killed" })
    await changes.allAcknowledged("killed")
    await fill(server.client, "catalog:sku:SAVED", "catalog:sku:LATER", "session:1")
    await server.client.save()
    await changes.product("P1", "SAVED")
    await gone(server.client, ["catalog:sku:SAVED"])
    await changes.allAcknowledged("killed")
    await server.kill()
    await changes.product("P2", "LATER")
    await waitFor("the failure is reported", 10_000, () => consumer.problem() !== undefined)
    assert.match(consumer.problem() as string, /^REDIS_URL: Redis at 127\.0\.0\.1:\d+: /)
    await server.start()
    // Both came back with the dump; the first was deleted and acknowledged before the crash.
    await gone(server.client, ["catalog:sku:SAVED", "catalog:sku:LATER"])
    await changes.allAcknowledged("killed")
    assert.equal(await server.client.exists("session:1"), 1)
    assert.equal(consumer.problem(), undefined)
    assert.equal(
      consumer.logged("cache_cleared").at(-1)?.reason,
      "the cache was started anew, replaced, or failed over",
    )
  })

  it("Redis stopped (SIGSTOP) and continued", async (t) => {
    const server = await startRedis()
    const consumer = await startConsumer(t, database, { redisUrl: server.url, consumer: "stopped" })
    await changes.allAcknowledged("stopped")
    await fill(server.client, "eligibility:A1", "eligibility:A2")
    server.suspend()
    t.after(server.resume)
    const seq = await changes.account("A1")
    await waitFor("the silence is reported", 15_000, () => consumer.problem() !== undefined)
    assert.match(consumer.problem() as string, /no answer in time/)
    assert.ok(((await changes.cursor("Account", "stopped")) as number) < seq)
    await changes.account("A2")
    server.resume()
    await gone(server.client, ["eligibility:A1", "eligibility:A2"])
    await changes.allAcknowledged("stopped")
  })

  it("Redis full: deletions need no memory", async (t) => {
    const server = await startRedis()
    await startConsumer(t, database, { redisUrl: server.url, consumer: "full" })
    await changes.allAcknowledged("full")
    await fill(server.client, "catalog:sku:S1", "catalog:list:1")
    await server.client.config("SET", "maxmemory", "1")
    await assert.rejects(server.client.set("more", "data"), /^ReplyError: OOM/)
    await changes.product("P1", "S1")
    await gone(server.client, ["catalog:sku:S1", "catalog:list:1"])
    await changes.allAcknowledged("full")
  })

  it("Redis made a read-only replica, and a primary again", async (t) => {
    const server = await startRedis()
    const consumer = await startConsumer(t, database, { redisUrl: server.url, consumer: "replica" })
    await changes.allAcknowledged("replica")
    await fill(server.client, "eligibility:A3")
    await server.client.replicaof("127.0.0.1", 1)
    const seq = await changes.account("A3")
    await waitFor("the replica is reported", 10_000, () => consumer.problem()?.includes("read"))
    assert.ok(((await changes.cursor("Account", "replica")) as number) < seq)
    assert.equal(await server.client.exists("eligibility:A3"), 1)
    await server.client.replicaof("NO", "ONE")
    await gone(server.client, ["eligibility:A3"])
    await changes.allAcknowledged("replica")
  })

  it("Postgres ends every connection, and an invalidation is committed before the consumer listens again", async (t) => {
    const server = await startRedis()
    await startConsumer(t, database, { redisUrl: server.url, consumer: "disconnected" })
    await changes.allAcknowledged("disconnected")
    await fill(server.client, "eligibility:A4", "eligibility:A5")
    database.pool.on("error", () => {})
    const { rows } = await database.pool.query(
      `select count(pg_terminate_backend(pid)) as ended from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    )
    assert.ok(rows[0].ended >= 1)
    await changes.account("A4")
    await gone(server.client, ["eligibility:A4"])
    await changes.account("A5")
    await gone(server.client, ["eligibility:A5"])
    await changes.allAcknowledged("disconnected")
  })
})
