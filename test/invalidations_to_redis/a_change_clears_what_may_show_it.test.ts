import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { createTestDatabase } from "../harness/postgres.ts"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { waitFor } from "../harness/wait.ts"
import { Changes, fill, gone, monitor, startConsumer } from "./consumer.ts"

describe("a change clears what may show it", { skip: withoutRedis }, async () => {
  if (withoutRedis) return
  const database = await createTestDatabase()
  const changes = new Changes(database)
  const { client, url } = await startRedis()
  const others = ["catalog:product:other", "catalog:sku:other", "eligibility:other", "session:1", "catalogue"]

  it("a product's new SKU: both SKUs, the product and every list, and nothing else", async (t) => {
    await startConsumer(t, database, { redisUrl: url })
    await changes.allAcknowledged()
    const keys = [
      "catalog:product:P1",
      "catalog:sku:OLD",
      "catalog:sku:NEW",
      "catalog:list:all",
      "catalog:list:2",
    ]
    await fill(client, ...keys, ...others)
    await changes.product("P1", "OLD", "NEW")
    await gone(client, keys)
    assert.equal(await client.exists(...others), others.length)
  })

  it("a price: its product by id and SKU", async (t) => {
    await startConsumer(t, database, { redisUrl: url })
    const keys = ["catalog:product:P2", "catalog:sku:S2"]
    await fill(client, ...keys, ...others)
    await changes.price("E1", "P2", "S2")
    await gone(client, keys)
    assert.equal(await client.exists(...others), others.length)
  })

  it("an account: its eligibility and nothing else, not even a list", async (t) => {
    await startConsumer(t, database, { redisUrl: url })
    await changes.allAcknowledged()
    await fill(client, "eligibility:A1", "catalog:list:all", ...others)
    await changes.account("A1")
    await gone(client, ["eligibility:A1"])
    await changes.allAcknowledged()
    assert.equal(await client.exists("catalog:list:all", ...others), others.length + 1)
  })

  it("everything of an object: its family", async (t) => {
    await startConsumer(t, database, { redisUrl: url })
    await changes.allAcknowledged()
    await fill(client, "eligibility:A1", "catalog:list:all", ...others)
    await changes.append("Account", null, [], [])
    await gone(client, ["eligibility:A1", "eligibility:other"])
    assert.equal(await client.exists("catalog:list:all", "catalog:sku:other"), 2)
    await changes.append("PricebookEntry", null, [], [])
    await gone(client, ["catalog:list:all", "catalog:sku:other", "catalog:product:other"])
    assert.equal(await client.exists("session:1", "catalogue"), 2)
  })

  it("hundreds of changes: one pattern pass a second for all of them, no KEYS, no FLUSH", async (t) => {
    await startConsumer(t, database, { redisUrl: url })
    await changes.allAcknowledged()
    const seen = await monitor(client)
    const keys = Array.from({ length: 300 }, (_, n) => `catalog:product:M${n}`)
    await fill(client, ...keys, "catalog:list:all")
    const startedAt = performance.now()
    await Promise.all(keys.map((_, n) => changes.product(`M${n}`, `S${n}`)))
    await gone(client, [...keys, "catalog:list:all"])
    await changes.allAcknowledged()
    const seconds = (performance.now() - startedAt) / 1000
    await waitFor("the monitor has seen the last command", 2_000, async () => {
      await client.echo("end of the passes")
      return seen.some(([name, text]) => name === "echo" && text === "end of the passes")
    })
    const scans = seen.filter(([name, cursor]) => /^scan$/i.test(name ?? "") && cursor === "0")
    assert.ok(scans.length >= 1 && scans.length <= 1 + Math.ceil(seconds), `${scans.length} in ${seconds} s`)
    assert.deepEqual(
      seen.filter(([name]) => /^(keys|flush)/i.test(name ?? "")),
      [],
    )
  })
})
