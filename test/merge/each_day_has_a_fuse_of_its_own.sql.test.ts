import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const ids = (from: number, size: number) => Array.from({ length: size }, (_, i) => accountId(from + i))

async function withAccounts(size: number): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read(
    "Account",
    Array.from({ length: size }, (_, i) => account(i + 1, 0)),
    { from: 20 },
  )
  return shadow
}

const counted = (shadow: Shadow) =>
  shadow.all(
    "select object, absence_deletes, absence_day = (now() at time zone 'utc')::date as today from sf_shadow.object_state where absence_deletes > 0",
  )

test("absences of one day are added up, of this object alone", async () => {
  const shadow = await withAccounts(150)
  await shadow.read("Account", [], { from: 100, missing: ids(1, 60) })
  await shadow.read("Account", [], { from: 120, missing: ids(61, 10) })
  assert.deepEqual(await counted(shadow), [{ object: "Account", absence_deletes: 70, today: true }])
})

test("a new day begins at none", async () => {
  const shadow = await withAccounts(150)
  await shadow.read("Account", [], { from: 100, missing: ids(1, 60) })
  await shadow.pool.query(
    "update sf_shadow.object_state set absence_day = absence_day - 1 where object = 'Account'",
  )
  await shadow.read("Account", [], { from: 120, missing: ids(61, 60) })
  assert.deepEqual(await counted(shadow), [{ object: "Account", absence_deletes: 60, today: true }])
})

test("what is not in the shadow, or deleted by Salesforce's own word, counts nothing", async () => {
  const shadow = await withAccounts(150)
  await shadow.read(
    "Account",
    Array.from({ length: 149 }, (_, i) => account(i + 1, 50, { IsDeleted: true })),
    { from: 100, missing: [accountId(900)] },
  )
  assert.equal((await shadow.ids("Account")).length, 1)
  assert.deepEqual(await counted(shadow), [])
})

test("ten per cent are of the rows that the day began with", async () => {
  const shadow = await withAccounts(1_200)
  await shadow.read("Account", [], { from: 100, missing: ids(1, 110) })
  // 120 of 1,200; of the 1,090 that are left it would be one too many.
  await shadow.read("Account", [], { from: 120, missing: ids(111, 10) })
  await assert.rejects(shadow.read("Account", [], { from: 140, missing: ids(121, 1) }), { code: "SF003" })
})
