import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import type { ClientBase } from "pg"
import { createPool, SessionClient } from "../../src/postgres/pool.ts"
import { sessionSettings, settingsNotInForce } from "../../src/postgres/session_settings.ts"
import { hostileSettings, hostileUrl, makeHostile } from "../harness/hostile_settings.ts"
import { createEmptyDatabase } from "../harness/postgres.ts"

type Use = (client: ClientBase) => Promise<void>

/** How the service opens its connections. */
const kinds: Record<string, (url: string, use: Use) => Promise<void>> = {
  async pool(url, use) {
    const pool = createPool(url, { max: 2 })
    const client = await pool.connect()
    await use(client)
    client.release()
    await pool.end()
  },
  async "a connection of its own"(url, use) {
    const client = new SessionClient(url, "sf-shadow leader")
    await client.connect()
    await use(client)
    await client.end()
  },
}

const sources: Record<string, (t: TestContext, url: string) => Promise<string>> = {
  "a role and a database": makeHostile,
  "the connection string": async (_t, url) => hostileUrl(url),
}

for (const [whose, hostile] of Object.entries(sources)) {
  for (const [kind, open] of Object.entries(kinds)) {
    test(`${kind}: the settings of ${whose} do not reach us`, async (t) => {
      const url = await hostile(t, await createEmptyDatabase())
      await open(url, async (client) => {
        assert.deepEqual(await settingsNotInForce(client), [])
        const { rows } = await client.query(
          `select now() > '2020-01-01' as dated, interval '1 day 2 hours' as span, $1::text[] as list, 1/3.0::float8 as third,
             current_setting('application_name') ~ '^sf-shadow' as named, timestamptz '2026-11-27 12:00+00' as time`,
          [["a", null]],
        )
        const [{ span, time, ...rest }] = rows
        assert.deepEqual(rest, { dated: true, list: ["a", null], third: 1 / 3, named: true })
        assert.equal(span.toISOString(), "P0Y0M1DT2H0M0S")
        assert.deepEqual(time, new Date("2026-11-27T12:00:00Z"))
      })
    })
  }
}

test("what DATABASE_URL sets beside that stays", async () => {
  await kinds.pool?.(hostileUrl(await createEmptyDatabase()), async (client) => {
    const { rows } = await client.query("show work_mem")
    assert.deepEqual(rows, [{ work_mem: "5MB" }])
  })
})

test("a stronger synchronous_commit stays", async () => {
  const url = new URL(await createEmptyDatabase())
  url.searchParams.set("options", "-c synchronous_commit=remote_apply")
  await kinds.pool?.(url.href, async (client) => {
    const { rows } = await client.query("show synchronous_commit")
    assert.deepEqual(rows, [{ synchronous_commit: "remote_apply" }])
  })
})

test("each setting on the list is tried with a hostile value, and each hostile value is on the list", () => {
  // client_encoding: node-postgres asks for UTF8 itself. transaction_timeout is new in Postgres 17.
  const others = ["client_encoding", "transaction_timeout", "session_replication_role"]
  const tuning = ["jit", "random_page_cost", "temp_buffers"]
  assert.deepEqual(
    sessionSettings.map(({ name }) => name).sort(),
    [...Object.keys(hostileSettings), ...others, ...tuning].sort(),
  )
})

test("no connection is opened in another way", async () => {
  const root = join(import.meta.dirname, "../../src")
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".ts"))
  const own: string[] = []
  for (const file of files) {
    const text = await readFile(join(root, file), "utf8")
    if (/^import (pg|\{[^}]*\b(Client|Pool)\b[^}]*\}) from "pg"$/m.test(text)) own.push(file)
  }
  assert.deepEqual(own, ["postgres/pool.ts"])
})
