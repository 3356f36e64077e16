import assert from "node:assert/strict"
import { test } from "node:test"
import { created, event, price, priceId, product, productId } from "../harness/records.ts"
import { finishRun, mergePage, onlyIds, runThrough, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

/**
 * Everything that can be known of a record, under the same ids, of another object: later than all that happens here.
 * Salesforce has no such ids; a line that forgets its object is seen by them.
 */
async function withDecoys(): Promise<Shadow> {
  const shadow = await Shadow.open()
  const readId = await shadow.readId("Account", { from: 9_000 })
  const ids = [1, 2, 3, 4, 5].flatMap((n) => [productId(n), priceId(n)])
  await shadow.pool.query(
    `with id as (select unnest($1::text[]) as record_id),
     entombed as (insert into sf_shadow.tombstone (object, record_id, read_id, commit_timestamp, commit_number, sequence_number, proven, weak, parent_id)
       select 'Account', record_id, $2, 'infinity', 1, 1, true, false, $3 from id),
     marked as (insert into sf_shadow.dirty (object, record_id, since, not_before, generation, reason)
       select 'Account', record_id, 'infinity', '-infinity', 1, 'decoy' from id),
     deleted as (insert into sf_shadow.parent_deletion (object, record_id, deleted_until) select 'Account', record_id, 'infinity' from id)
     insert into sf_shadow.reject (object, record_id, since, known_until, sqlstate, reason, refused_by, payload, parent_id, claimed_value)
     select 'Account', record_id, '-infinity', 'infinity', '23505', 'decoy', 'x', '', $3, 'SKU-1' from id`,
    [ids, readId, productId(1)],
  )
  return shadow
}

/** What the decoys are afterwards: as they were. */
async function assertUntouched(shadow: Shadow): Promise<void> {
  for (const table of ["tombstone", "dirty", "reject", "parent_deletion"]) {
    const [row] = await shadow.all<{ count: number }>(
      `select count(*) from sf_shadow.${table} where object = 'Account'`,
    )
    assert.equal(row?.count, 10, table)
  }
  const [mark] = await shadow.all("select from sf_shadow.dirty where object = 'Account' and generation <> 1")
  assert.equal(mark, undefined)
}

test("events are judged and folded by what is known of their own object", async () => {
  const shadow = await withDecoys()
  const folded = await shadow.apply(
    created("Product2", product(1, 10), 10),
    created("PricebookEntry", price(1, 1, 10), 10),
    created("Product2", product(2, 10), 10),
  )
  assert.deepEqual(folded.map(({ object, result, events }) => [object, result, events]).sort(), [
    ["PricebookEntry", "applied", 1],
    ["Product2", "applied", 2],
  ])
  await shadow.apply(
    event("Product2", "UPDATE", productId(1), 20, { Name: "renamed" }),
    event("Product2", "DELETE", productId(2), 20),
  )
  assert.equal((await shadow.row("Product2", productId(1)))?.name, "renamed")
  assert.deepEqual(await shadow.ids("Product2"), [productId(1)])
  assert.deepEqual(await shadow.dirty("Product2"), [])
  assert.deepEqual(await shadow.dirty("PricebookEntry"), [])
  await shadow.apply(
    event("Product2", "UNDELETE", productId(2), 30, { Name: "back", StockKeepingUnit: "SKU-2" }),
  )
  assert.deepEqual(await shadow.tombstones("Product2"), [])
  await assertUntouched(shadow)
})

test("reads, their absences and their rejects are of their own object", async () => {
  const shadow = await withDecoys()
  const counts = await shadow.read("Product2", [product(1, 0), product(2, 0, { StockKeepingUnit: null })], {
    from: 20,
    missing: [productId(3)],
  })
  assert.deepEqual([counts.inserted, counts.rejected, counts.dirty], [1, 1, 0])
  assert.deepEqual(await shadow.all("select since from sf_shadow.reject where object = 'Product2'"), [
    { since: Number.NEGATIVE_INFINITY },
  ])
  assert.deepEqual(
    (await shadow.tombstones("Product2")).map(({ record_id, parent_id }) => [record_id, parent_id]),
    [[productId(3), null]],
  )
  const again = await shadow.read("Product2", [product(1, 40, { Name: "x" }), product(2, 40)], { from: 60 })
  assert.deepEqual([again.inserted, again.updated, again.dirty], [1, 1, 0])
  assert.deepEqual(await shadow.rejects("Product2"), [])
  await shadow.read("Product2", [], { from: 100, missing: [productId(2)] })
  assert.deepEqual(await shadow.ids("Product2"), [productId(1)])
  await assertUntouched(shadow)
})

test("a load, its sweep and its marks are of their own object", async () => {
  const shadow = await withDecoys()
  await runThrough(shadow, "Product2", "full", [product(1, 0), product(2, 0)], { from: 20 })
  const runId = await startRun(shadow, "Product2", "delta", { from: 60, expected: 1 })
  await mergePage(shadow, runId, 1, [product(1, 50, { Name: "x" })])
  await finishRun(shadow, runId)
  const run = await runThrough(shadow, "Product2", "ids", onlyIds([productId(1), productId(5)]), {
    from: 200,
  })
  assert.deepEqual([run.deleted, run.dirty], [1, 0])
  assert.deepEqual(await shadow.dirtyIds("Product2"), [productId(5)])
  assert.deepEqual(await shadow.all("select sf_shadow.loadable_doubts('Product2') as n"), [{ n: 1 }])
  const [old] = await shadow.apply(created("Product2", product(4, 50), 50))
  assert.equal(old?.result, "skipped", "the comparison has shown that it is gone")
  await shadow.read("Product2", [product(5, 0)], { from: 300 })
  const [mark] = await shadow.dirty("Product2")
  await shadow.all(
    "select sf_shadow.clear_marks('Product2', array[$1], array[$2::bigint])",
    productId(5),
    mark?.generation,
  )
  assert.deepEqual(await shadow.dirty("Product2"), [])
  await assertUntouched(shadow)
})

test("a contested SKU, a parent's return and what waits for them are of their own object", async () => {
  const shadow = await withDecoys()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("Product2", [product(2, 50, { StockKeepingUnit: "SKU-1" })], { from: 100 })
  assert.deepEqual(await shadow.dirtyIds("Product2"), [1, 2].map(productId), "said once, for both")
  assert.deepEqual(
    (await shadow.rejects("Product2")).map(({ record_id, attempts }) => [record_id, attempts]),
    [[productId(2), 1]],
  )
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 20 })
  await shadow.apply(event("Product2", "DELETE", productId(1), 150))
  await shadow.read("Product2", [product(1, 200, { StockKeepingUnit: "other" })], { from: 220 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])

  await shadow.read("Product2", [product(3, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(3, 3, 0)], { from: 20 })
  await shadow.apply(event("Product2", "DELETE", productId(3), 250))
  const blank = product(3, 300, { StockKeepingUnit: null })
  await shadow.read("Product2", [blank], { from: 320 })
  await shadow.clearMarks("PricebookEntry")
  await shadow.read("Product2", [blank], { from: 360 })
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [], "told once, at its first refusal")
  await assertUntouched(shadow)
})
