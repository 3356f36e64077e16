import assert from "node:assert/strict"
import { test } from "node:test"
import { createTestDatabase } from "../harness/postgres.ts"
import { applyFile } from "./applied_file.ts"

const shipped = {
  Internet_Eligibility__c: "internet_eligibility",
  Internet_Eligibility_Status__c: "eligibility_source",
}

test("an index that a file does not ask for any more goes, and none that somebody else has made over the same column", async () => {
  const { pool } = await createTestDatabase()
  const apply = (indexes: string[]) =>
    applyFile(
      pool,
      [],
      { Product2: {}, PricebookEntry: {}, Account: { fields: shipped, indexes } },
      { prune: true },
    )
  const indexes = async () => {
    const { rows } = await pool.query<{ indexname: string }>(
      "select indexname from pg_indexes where tablename = 'sf_account_eligibility_shadow' order by indexname",
    )
    return rows.map(({ indexname }) => indexname)
  }
  const before = await indexes()
  await apply(["Internet_Eligibility__c"])
  assert.equal((await indexes()).length, before.length + 1)
  const table = "on sf_account_eligibility_shadow"
  await pool.query(`
    create index own_part ${table} (internet_eligibility) where internet_eligibility <> 'None';
    create index own_like ${table} (internet_eligibility text_pattern_ops);
    create index own_hash ${table} using hash (internet_eligibility);
    create index own_more ${table} (internet_eligibility) include (eligibility_source);
    create index own_last ${table} (internet_eligibility desc)`)
  await apply([])
  const own = ["own_hash", "own_last", "own_like", "own_more", "own_part"]
  assert.deepEqual(await indexes(), [...before, ...own].sort())
})
