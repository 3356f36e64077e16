import assert from "node:assert/strict"
import { test } from "node:test"
import { accountId, event, productId } from "../harness/records.ts"
import type { Shadow } from "../harness/shadow.ts"
import { before, loadedShadow } from "./claims.ts"

interface Freshness {
  fresh_except_listed: Date | null
  reason: string | null
  listed: string[]
}

async function freshness(shadow: Shadow, ids: string[] | null, object = "Account"): Promise<Freshness> {
  const [answer] = await shadow.all<Freshness>("select * from sf_shadow_freshness($1, $2)", object, ids)
  assert.ok(answer)
  return { ...answer, listed: answer.listed.toSorted() }
}

/** Account 1 is in doubt, of account 2 Salesforce has a version that cannot be stored, account 3 is right. */
async function listedShadow(): Promise<Shadow> {
  const shadow = await loadedShadow(30)
  await shadow.all(
    `insert into sf_shadow.reject (object, record_id, since, known_until, sqlstate, reason, payload)
     values ('Account', $1, now(), now(), '22021', 'a text holds a NUL byte', '')`,
    accountId(2),
  )
  await shadow.apply(event("Account", "GAP_UPDATE", accountId(1), before(20)))
  return shadow
}

test("of the records asked about, those in doubt and those that cannot be stored are left out, and no others", async () => {
  const shadow = await listedShadow()
  assert.deepEqual((await freshness(shadow, [1, 2, 3].map(accountId))).listed, [1, 2].map(accountId))
  assert.deepEqual((await freshness(shadow, [1, 3].map(accountId))).listed, [accountId(1)])
  assert.deepEqual((await freshness(shadow, [2, 3].map(accountId))).listed, [accountId(2)])
  assert.deepEqual((await freshness(shadow, [accountId(3)])).listed, [])
})

test("of a record that is looked for by a value, one in doubt is named: it may have the value by now", async () => {
  const shadow = await listedShadow()
  assert.deepEqual((await freshness(shadow, null)).listed, [accountId(1)])
  await shadow.clearMarks("Account")
  assert.deepEqual((await freshness(shadow, null)).listed, [], "what cannot be stored has no value here")
})

test("what is listed of one object is not listed of another, and neither is its claim", async () => {
  const shadow = await listedShadow()
  const ids = [1, 2].map(accountId)
  const { fresh_except_listed, reason, listed } = await freshness(shadow, ids, "Product2")
  assert.deepEqual([fresh_except_listed, listed], [null, []])
  assert.equal(reason, "no full load has completed: run a backfill")
  assert.deepEqual((await freshness(shadow, null, "Product2")).listed, [])
  assert.ok((await freshness(shadow, ids)).fresh_except_listed, "accounts are loaded")
})

test("a mark of another object's record does not make it listed", async () => {
  const shadow = await loadedShadow(30)
  await shadow.apply(event("Product2", "GAP_UPDATE", productId(1), before(20)))
  assert.deepEqual((await freshness(shadow, null)).listed, [])
})
