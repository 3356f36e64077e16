import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { runCommand } from "../commands/process.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"
import { Changes, fill, gone } from "./consumer.ts"

describe("the service as shipped, with REDIS_URL", { skip: withoutRedis }, async () => {
  if (withoutRedis) return
  const database = await createTestDatabase()
  const changes = new Changes(database)
  const { client, url } = await startRedis()
  const environment = {
    DATABASE_URL: database.url,
    REDIS_URL: url,
    SF_CLIENT_ID: "unused",
    SF_CLIENT_SECRET: "unused",
    SF_LOGIN_URL: "http://127.0.0.1:9",
    HTTP_PORT: "0",
  }

  it("killed (kill -9) between Redis's answer and the cursor: the next one deletes again", async (t) => {
    const service = await startService(t, environment, ["--only", "redis"])
    await changes.allAcknowledged()
    // The cursor cannot be stored while this transaction holds its row.
    const holder = await database.pool.connect()
    await holder.query("begin")
    await holder.query("select from sf_shadow.invalidation_consumer where object = 'Account' for update")
    await fill(client, "eligibility:A1")
    const seq = await changes.account("A1")
    await gone(client, ["eligibility:A1"])
    await service.kill()
    // Its session may not have noticed yet, and would store the cursor once the row is free.
    await holder.query(
      `select pg_terminate_backend(pid, 10000) from pg_stat_activity
       where datname = current_database() and application_name like 'sf-shadow%' and pid <> pg_backend_pid()
         and wait_event_type = 'Lock'`,
    )
    await holder.query("rollback")
    holder.release()
    assert.equal(await changes.cursor("Account"), seq - 1)
    await fill(client, "eligibility:A1", "eligibility:OTHER")
    const next = await startService(t, environment, ["--only", "redis"])
    await gone(client, ["eligibility:A1"])
    await changes.allAcknowledged()
    assert.equal(await changes.cursor("Account"), seq)
    assert.equal(await client.exists("eligibility:OTHER"), 1, "only what is after the cursor")
    await next.stop()
  })

  it("/metrics and /readyz show it", async (t) => {
    const service = await startService(t, environment, ["--only", "redis,http"])
    await changes.allAcknowledged()
    await changes.account("A2")
    await changes.allAcknowledged()
    const address = service.logged("http_started")[0]?.url as string
    const metrics = await (await fetch(`${address}/metrics`)).text()
    assert.match(metrics, /sf_shadow_invalidations_total\{object="Account",result="keys"\} 1/)
    assert.match(
      metrics,
      /sf_shadow_invalidation_consumer_lag_seconds\{consumer="redis",object="Account"\} 0\b/,
    )
    assert.match(
      metrics,
      /sf_shadow_invalidation_consumer_unseen_seconds\{consumer="redis",object="Account"\}/,
    )
    const ready = (await (await fetch(`${address}/readyz`)).json()) as { checks: Record<string, unknown> }
    assert.deepEqual(ready.checks.redis, {
      ok: true,
      required: false,
      message: "no invalidation is held up here",
    })
  })

  it("cache clear empties a family at once, and leaves other keys", async () => {
    await client.flushdb()
    await fill(client, "catalog:sku:1", "catalog:list:1", "eligibility:1", "session:1")
    const { code, stdout, stderr } = await runCommand(["cache", "clear", "--object", "Account"], environment)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /Account: every consumer is told to forget everything\. Consumers: redis \(\w+\)\./)
    assert.match(stdout, /REDIS_URL: 1 keys deleted/)
    assert.equal(await client.exists("eligibility:1"), 0)
    const all = await runCommand(["cache", "clear"], environment)
    assert.match(all.stdout, /REDIS_URL: 2 keys deleted/)
    assert.equal(await client.exists("session:1"), 1)
    const unknown = await runCommand(["cache", "clear", "--object", "Lead"], environment)
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /Lead.*not mirrored/)
  })

  it("templates that fit no object end the start with what would fit; --only redis needs REDIS_URL", async () => {
    const templates = JSON.stringify({ Account: { changed: ["acct:{sku}"], everything: ["acct:*"] } })
    const wrong = await runCommand(["run", "--only", "redis"], { ...environment, REDIS_TEMPLATES: templates })
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /REDIS_TEMPLATES: Account: acct:\{sku\}: \{sku\} is unknown.*\{account_id\}/)
    const { REDIS_URL: _, ...without } = environment
    const missing = await runCommand(["run", "--only", "redis"], without)
    assert.equal(missing.code, 2)
    assert.match(missing.stderr, /REDIS_URL/)
  })

  it("own templates are cleared beside the keys of the reader", async (t) => {
    const templates = JSON.stringify({ Account: { changed: ["acct:{account_id}"], everything: ["acct:*"] } })
    await startService(t, { ...environment, REDIS_TEMPLATES: templates }, ["--only", "redis"])
    await changes.allAcknowledged()
    await fill(client, "acct:A9", "eligibility:A9", "acct:A8", "eligibility:A8", "catalog:sku:S9")
    await changes.account("A9")
    await changes.product("P9", "S9")
    await gone(client, ["acct:A9", "eligibility:A9", "catalog:sku:S9"])
    assert.equal(await client.exists("acct:A8", "eligibility:A8"), 2)
    await changes.append("Account", null, [], [])
    await gone(client, ["acct:A8", "eligibility:A8"])
    await waitFor("acknowledged", 5_000, async () => (await changes.cursor("Account")) !== null)
  })
})
