import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { Redis } from "ioredis"
import type { Pool } from "pg"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { Changes, gone, startConsumer } from "../invalidations_to_redis/consumer.ts"
import { startReading } from "./reading.ts"

const reading = await startReading()
const { org, seeded } = reading
const product = seeded.products[0] as string
const account = seeded.accounts[0] as string
const skip = withoutRedis
const server = skip ? undefined : await startRedis()
const redis = server?.client as Redis

beforeEach(async () => {
  await redis?.flushall()
  await reading.claim(60)
})

test("a fresh answer is cached for as long as it is fresh, and the same from the cache", {
  skip,
}, async () => {
  const reader = reading.reader({ redis })
  const first = await reader.product(product)
  await reader.idle()
  const second = await reader.product(product)
  assert.deepEqual([first.source, second.source], ["shadow", "cache"])
  assert.deepEqual(second.value, first.value)
  assert.deepEqual(second.freshAsOf, first.freshAsOf)
  assert.equal(second.stale, false)
  const ttl = await redis.pttl(`catalog:product:${product}`)
  assert.ok(ttl > 800_000 && ttl <= 840_000, `${ttl} ms left of 15 minutes less one`)
  await reader.eligibility(account)
  await reader.productBySku(first.value?.sku as string)
  await reader.catalog({ limit: 2 })
  await reader.idle()
  const keys = (await redis.keys("*")).sort()
  assert.equal(keys.length, 4)
  assert.ok(keys.some((key) => key.startsWith("catalog:list:")))
  assert.ok(keys.includes(`eligibility:${account}`))
  assert.ok(keys.includes(`catalog:sku:${first.value?.sku}`))
})

test("an answer of Salesforce is cached for a minute at most", { skip }, async () => {
  await reading.claim(3600)
  await reading.age("Account", 3600)
  const reader = reading.reader({ redis })
  assert.equal((await reader.eligibility(account)).source, "salesforce")
  await reader.idle()
  const calls = reading.calls()
  assert.equal((await reader.eligibility(account)).source, "cache")
  assert.equal(reading.calls(), calls)
  assert.ok((await redis.pttl(`eligibility:${account}`)) <= 60_000)
})

test("stale answers are not cached", { skip }, async () => {
  await reading.claim(3600)
  await reading.age("Account", 3600)
  const reader = reading.reader({ redis, salesforce: undefined as never })
  assert.equal((await reader.eligibility(account)).stale, true)
  await reader.idle()
  assert.equal(await redis.hget(`eligibility:${account}`, "value"), null)
})

test("an old value is not put back after its invalidation", { skip }, async () => {
  // A change and its invalidation come after the reader has read the old row, and before it fills the cache.
  const key = `eligibility:${account}`
  const overtaken = new Proxy(reading.readerPool, {
    get(pool, name) {
      if (name !== "query") return Reflect.get(pool, name)
      return async (sql: string, values: unknown[]) => {
        const answer = await reading.readerPool.query(sql, values)
        await reading.pool.query(
          "update public.sf_account_eligibility_shadow set internet_eligibility = 'Changed' where account_id = $1",
          [account],
        )
        await redis.unlink(key)
        return answer
      }
    },
  }) as Pool
  const slow = reading.reader({ redis, pool: overtaken })
  const old = await slow.eligibility(account)
  assert.notEqual(old.value?.internetEligibility, "Changed")
  await slow.idle()
  const next = await reading.reader({ redis }).eligibility(account)
  assert.equal(next.source, "shadow")
  assert.equal(next.value?.internetEligibility, "Changed")
  await reading.load("Account")
})

test("a merged price change reaches every cached answer that shows it", { skip }, async (t) => {
  await startConsumer(t, reading.database, { redisUrl: server?.url as string })
  await new Changes(reading.database).allAcknowledged()
  const reader = reading.reader({ redis })
  const active = [...org.rows("Product2")].find(({ IsActive }) => IsActive)
  const entry = [...org.rows("PricebookEntry")].find((one) => one.Product2Id === active?.Id && one.IsActive)
  assert.ok(active && entry)
  const reads = [
    () => reader.product(active.Id as string).then(({ value, source }) => ({ source, product: value })),
    () =>
      reader
        .productBySku(active.StockKeepingUnit as string)
        .then(({ value, source }) => ({ source, product: value })),
    () =>
      reader.catalog().then(({ value, source }) => ({
        source,
        product: value?.find(({ productId }) => productId === active.Id),
      })),
  ]
  for (const read of reads) await read()
  await reader.idle()
  for (const read of reads) assert.equal((await read()).source, "cache")
  const keys = await redis.keys("catalog:*")
  assert.equal(keys.length, 3)
  org.transaction((tx) => tx.update("PricebookEntry", entry.Id as string, { UnitPrice: 4321.09 }))
  await reading.load("PricebookEntry")
  await gone(redis, keys)
  for (const read of reads) {
    const { source, product } = await read()
    assert.equal(source, "shadow")
    assert.equal(
      product?.prices.find(({ pricebookEntryId }) => pricebookEntryId === entry.Id)?.unitPrice,
      "4321.09",
    )
  }
})

test("Redis that hangs, refuses writes or is gone costs a moment, and no read", { skip }, async () => {
  const client = new Redis(server?.url as string, { retryStrategy: () => 50 })
  client.on("error", () => {})
  await client.ping()
  const reader = reading.reader({ redis: client })
  const served = async (what: string, withinMs: number) => {
    const startedAt = performance.now()
    for (let read = 0; read < 20; read++) {
      const { value, stale } = await reader.product(seeded.products[read % 12] as string)
      assert.ok(value !== null && !stale, what)
    }
    const tookMs = performance.now() - startedAt
    assert.ok(tookMs < withinMs, `${what}: 20 reads took ${tookMs} ms`)
    await reader.idle()
  }
  server?.suspend()
  await served("suspended", 3_000)
  server?.resume()
  await redis.config("SET", "maxmemory", "1")
  await served("out of memory", 3_000)
  await redis.config("SET", "maxmemory", "0")
  await redis.config("SET", "min-replicas-to-write", "1")
  await served("without replicas", 3_000)
  await redis.config("SET", "min-replicas-to-write", "0")
  await server?.kill()
  await served("killed", 3_000)
  assert.ok((await reading.count("sf_shadow_read_failures_total", { to: "redis" })) > 0)
  await server?.start()
  client.disconnect()
})

test("a reader whose Redis was never there reads on", async () => {
  const client = new Redis({ host: "127.0.0.1", port: 1, lazyConnect: true, retryStrategy: () => null })
  client.on("error", () => {})
  const read = await reading.reader({ redis: client }).product(product)
  assert.deepEqual([read.source, read.stale], ["shadow", false])
  assert.equal(org.read("Product2", product)?.Name, read.value?.name)
  client.disconnect()
})
