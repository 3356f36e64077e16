import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { createTestDatabase } from "../harness/postgres.ts"
import { type RedisServer, startRedisCluster, withoutRedis } from "../harness/redis.ts"
import { waitFor } from "../harness/wait.ts"
import { Changes, fill, gone, startConsumer } from "./consumer.ts"

describe("a Cluster of three masters", { skip: withoutRedis }, async () => {
  if (withoutRedis) return
  const database = await createTestDatabase()
  const changes = new Changes(database)
  const { servers, client, url } = await startRedisCluster()

  it("keys and patterns are cleared on every master", async (t) => {
    await startConsumer(t, database, { redisUrl: url, cluster: true })
    await changes.allAcknowledged()
    const products = Array.from({ length: 20 }, (_, n) => `catalog:product:P${n}`)
    const lists = Array.from({ length: 20 }, (_, n) => `catalog:list:${n}`)
    await fill(client, ...products, ...lists, "session:1")
    for (const server of servers) {
      assert.ok((await server.client.dbsize()) > 0, "each master holds some of them")
    }
    const ids = products.map((key) => key.replace("catalog:product:", ""))
    await changes.append("Product2", ids, [], [])
    await gone(client, [...products, ...lists])
    await changes.allAcknowledged()
    assert.equal(await client.exists("session:1"), 1)
  })

  it("one master killed: the others' keys wait with its own, and all are cleared when it is back", async (t) => {
    const consumer = await startConsumer(t, database, { redisUrl: url, cluster: true })
    await changes.allAcknowledged()
    const keys = Array.from({ length: 20 }, (_, n) => `eligibility:K${n}`)
    await fill(client, ...keys)
    const killed = servers[2] as RedisServer
    await killed.kill()
    await changes.append(
      "Account",
      keys.map((key) => key.replace("eligibility:", "")),
      [],
      [],
    )
    await waitFor("the outage is reported", 20_000, () => consumer.problem() !== undefined)
    assert.ok(((await changes.cursor("Account")) as number | null) !== undefined)
    await killed.start()
    await changes.allAcknowledged("redis", 20_000)
    await gone(client, keys, 20_000)
  })
})
