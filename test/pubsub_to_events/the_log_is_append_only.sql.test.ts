import assert from "node:assert/strict"
import { before, test } from "node:test"
import { event, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

let shadow: Shadow
let partition: string
before(async () => {
  shadow = await Shadow.open()
  await shadow.publish(event("Product2", "UPDATE", productId(1), 10, { Name: "x" }))
  const [row] = await shadow.all<{ partition: string }>(
    "select tableoid::regclass::text as partition from sf_shadow_event",
  )
  partition = row?.partition ?? ""
})

for (const statement of ["update %t set object = 'x'", "delete from %t", "truncate %t"]) {
  test(`${statement} is refused, on the log and on its partition`, async () => {
    assert.match(partition, /^sf_shadow\.event_\d{8}$/)
    for (const table of ["public.sf_shadow_event", partition]) {
      await assert.rejects(shadow.pool.query(statement.replace("%t", table)), { code: "SF001" })
    }
    assert.equal((await shadow.all("select from sf_shadow_event")).length, 1)
  })
}

test("a day's partition is made once by many sessions at once, and refuses the same", async () => {
  const calls = Array.from({ length: 6 }, () =>
    shadow.pool.query("select sf_shadow._ensure_event_partition('2026-02-03')"),
  )
  await Promise.all(calls)
  await assert.rejects(shadow.pool.query("truncate sf_shadow.event_20260203"), { code: "SF001" })
  const [triggers] = await shadow.all<{ count: number }>(
    "select count(*) from pg_trigger where tgrelid = 'sf_shadow.event_20260203'::regclass",
  )
  assert.equal(triggers?.count, 2)
})

test("an old day leaves by dropping its partition", async () => {
  await shadow.pool.query("select sf_shadow._ensure_event_partition('2026-02-04')")
  await shadow.pool.query("drop table sf_shadow.event_20260204")
  assert.equal((await shadow.all("select from sf_shadow_event")).length, 1)
})
