import assert from "node:assert/strict"
import { test } from "node:test"
import pg from "pg"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"
import { readDocument } from "./document.ts"

test("the price books of docs/mapping.md are loaded and followed after the SQL that stands there", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, seeded, environment } = await startOrg(t, { products: 5, accounts: 5, pricebooks: 3 })
  const [book] =
    (await readDocument("mapping.md")).find(({ anchor }) => anchor === "another-object")?.blocks ?? []
  assert.equal(book?.language, "sql")
  const asReader = new pg.Pool({ connectionString: url, max: 1, options: "-c role=sf_shadow_reader" })
  t.after(() => asReader.end())
  await pool.query(book.text)

  const service = await startService(t, environment(url))
  await endsWith(0, ["backfill"], environment(url))
  await settle(org, pool, 60_000)
  org.transaction((tx) =>
    tx.update("Pricebook2", seeded.pricebooks[1] as string, { Name: "Told by an event" }),
  )
  await waitFor("the change is in the shadow", 30_000, async () => {
    const { rows } = await asReader.query(
      "select name from sf_pricebook2_shadow where name = 'Told by an event'",
    )
    return rows.length === 1
  })
  const { rows } = await asReader.query("select name, is_active from sf_pricebook2_shadow order by name")
  assert.deepEqual(rows, [
    { name: "Price Book 2", is_active: true },
    { name: "Standard Price Book", is_active: true },
    { name: "Told by an event", is_active: true },
  ])
  await service.stop()
})
