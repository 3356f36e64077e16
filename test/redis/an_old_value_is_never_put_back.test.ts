import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { createCache } from "../../src/redis/cache.ts"
import { deleteKeys, deletePatterns } from "../../src/redis/delete.ts"
import { startRedis, startRedisCluster, withoutRedis } from "../harness/redis.ts"

const never = new AbortController().signal
const ttlMs = 60_000

describe("a reader cannot put an old value back after its invalidation", { skip: withoutRedis }, async () => {
  if (withoutRedis) return
  const { client } = await startRedis()
  const cache = createCache(client)

  it("what is filled is served until it is invalidated", async () => {
    assert.equal(await cache.get("catalog:sku:1"), null)
    const token = await cache.begin("catalog:sku:1")
    assert.equal(await cache.get("catalog:sku:1"), null, "a placeholder is no value")
    assert.equal(await cache.fill("catalog:sku:1", token, "", ttlMs), true)
    assert.equal(await cache.get("catalog:sku:1"), "")
    const ttl = await client.pttl("catalog:sku:1")
    assert.ok(ttl > ttlMs - 5_000 && ttl <= ttlMs)
    await deleteKeys(client, ["catalog:sku:1"])
    assert.equal(await cache.get("catalog:sku:1"), null)
  })

  for (const [what, invalidate] of [
    ["by name", (key: string) => deleteKeys(client, [key])],
    ["by pattern", () => deletePatterns(client, ["catalog:list:*"], never)],
    ["with everything", () => deletePatterns(client, ["catalog:*"], never)],
    ["by a plain DEL of somebody else", (key: string) => client.del(key)],
  ] as const) {
    it(`invalidated ${what} between begin and fill: the fill is refused`, async () => {
      const key = `catalog:list:${what}`
      const token = await cache.begin(key)
      await invalidate(key)
      assert.equal(await cache.fill(key, token, "old", ttlMs), false)
      assert.equal(await cache.get(key), null)
      // Also when another reader has begun since.
      const newer = await cache.begin(key)
      assert.equal(await cache.fill(key, token, "old", ttlMs), false)
      assert.equal(await cache.fill(key, newer, "new", ttlMs), true)
      assert.equal(await cache.get(key), "new")
    })
  }

  it("readers that miss together share a begin; the first to fill wins, and none is shut out by another", async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => cache.begin("catalog:list:shared")))
    const fills = await Promise.all(
      tokens.map((token) => cache.fill("catalog:list:shared", token, "v", ttlMs)),
    )
    assert.deepEqual(fills.toSorted(), [false, false, true])
  })

  it("a refresh of a value that is there: refused when the value was invalidated meanwhile", async () => {
    const key = "catalog:list:refreshed"
    await cache.fill(key, await cache.begin(key), "first", ttlMs)
    const token = await cache.begin(key)
    assert.equal(await cache.get(key), "first", "served while it is refreshed")
    await client.unlink(key)
    assert.equal(await cache.fill(key, token, "old", ttlMs), false)
  })

  it("a reader that takes longer than its lease is refused, and leaves nothing behind", async () => {
    const hasty = createCache(client, { leaseMs: 20 })
    const token = await hasty.begin("catalog:list:slow")
    await sleep(60)
    assert.equal(await hasty.fill("catalog:list:slow", token, "old", ttlMs), false)
    assert.equal(await client.exists("catalog:list:slow"), 0)
  })

  it("readers race with writers: once the last invalidation is through, nothing old is served", async () => {
    const truth = new Map<string, number>()
    const keys = Array.from({ length: 20 }, (_, n) => `catalog:list:race${n}`)
    const isWriting = { on: true }
    const read = async (key: string) => {
      while (isWriting.on) {
        const cached = await cache.get(key)
        if (cached === null) {
          const token = await cache.begin(key)
          const value = truth.get(key) ?? 0
          await sleep(Math.random() * 4)
          await cache.fill(key, token, String(value), ttlMs)
        }
        await sleep(Math.random() * 2)
      }
    }
    const write = async () => {
      for (let version = 1; version <= 60; version++) {
        for (const key of keys) truth.set(key, version)
        if (version % 2) await deletePatterns(client, ["catalog:list:race*"], never)
        else await deleteKeys(client, keys)
        const served = await Promise.all(keys.map((key) => cache.get(key)))
        for (const value of served)
          assert.ok(value === null || Number(value) === version, `${value} at ${version}`)
      }
      isWriting.on = false
    }
    const readers = keys.flatMap((key) => [read(key), read(key)])
    await Promise.all([
      write().finally(() => {
        isWriting.on = false
      }),
      ...readers,
    ])
  })

  it("a fill behind a running pattern pass is found by that pass, or refused", async () => {
    // Enough keys that the pass takes many steps; the fills come from another connection in the middle of it.
    for (let from = 0; from < 60_000; from += 5_000) {
      await client.mset(
        Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`filler:${from + n}`, "x"])),
      )
    }
    const reader = client.duplicate()
    const theirs = createCache(reader)
    const keys = Array.from({ length: 300 }, (_, n) => `catalog:list:pass${n}`)
    const tokens = await Promise.all(keys.map((key) => theirs.begin(key)))
    const pass = deletePatterns(client, ["catalog:list:pass*"], never)
    for (const [n, key] of keys.entries()) await theirs.fill(key, tokens[n] as string, "old", ttlMs)
    await pass
    const left = await Promise.all(keys.map((key) => theirs.get(key)))
    assert.deepEqual(
      left.filter((value) => value !== null),
      [],
    )
    reader.disconnect()
  })

  it("Redis full: a fill fails with OOM, an invalidation does not", async () => {
    const token = await cache.begin("catalog:list:full")
    await client.config("SET", "maxmemory", "1")
    await assert.rejects(cache.fill("catalog:list:full", token, "v", ttlMs), /OOM/)
    await assert.rejects(cache.begin("catalog:list:other"), /OOM/)
    await deleteKeys(client, ["catalog:list:full"])
    await client.config("SET", "maxmemory", "0")
    assert.equal(await cache.fill("catalog:list:full", token, "v", ttlMs), false)
  })

  it("the same in a Cluster, on every master", async () => {
    const cluster = await startRedisCluster()
    const theirs = createCache(cluster.client)
    const keys = Array.from({ length: 30 }, (_, n) => `catalog:list:c${n}`)
    const tokens = await Promise.all(keys.map((key) => theirs.begin(key)))
    await deletePatterns(cluster.client, ["catalog:*"], never)
    const fills = await Promise.all(keys.map((key, n) => theirs.fill(key, tokens[n] as string, "old", ttlMs)))
    assert.deepEqual(new Set(fills), new Set([false]))
    const again = await Promise.all(
      keys.map(async (key) => theirs.fill(key, await theirs.begin(key), "new", ttlMs)),
    )
    assert.deepEqual(new Set(again), new Set([true]))
  })
})
