import assert from "node:assert/strict"
import { test } from "node:test"
import { accountId } from "../harness/records.ts"
import type { Shadow } from "../harness/shadow.ts"
import { ask, loadedShadow } from "./claims.ts"

interface Answer {
  is_found: boolean
  record: Record<string, unknown> | null
  age_seconds: number | null
  is_stale: boolean
  reason: string | null
  refresh_queued: boolean
}

async function askAny(shadow: Shadow, object: string, id: string, maxAge: string | null = null) {
  const [answer] = await shadow.all<Answer>(
    "select a.*, extract(epoch from a.age)::float as age_seconds from sf_shadow_record($1, $2, $3::interval) a",
    object,
    id,
    maxAge,
  )
  return answer as Answer
}

test("a record has its row as JSON, without the machinery's columns, and the age that its own function states", async () => {
  const shadow = await loadedShadow(100)
  const own = await ask(shadow)
  const any = await askAny(shadow, "Account", accountId(1))
  assert.deepEqual(Object.keys(any.record ?? {}).sort(), [
    "account_id",
    "eligibility_source",
    "internet_eligibility",
    "raw_payload",
    "synced_at",
    "updated_at",
  ])
  assert.deepEqual(
    [any.record?.account_id, any.record?.internet_eligibility],
    [accountId(1), own.internet_eligibility],
  )
  assert.deepEqual(any.record?.raw_payload, own.raw_payload)
  assert.ok(Math.abs((any.age_seconds ?? 0) - (own.age_seconds ?? 0)) < 5)
  assert.deepEqual([any.is_found, any.is_stale, any.reason], [true, false, null])
  // An age of one's own, and why.
  const stale = await askAny(shadow, "Account", accountId(1), "1 minute")
  assert.deepEqual([stale.is_stale, stale.refresh_queued], [true, true])
  assert.match(stale.reason ?? "", /nothing was heard of changes after/)
})

test("a record that is not there, or an object that is not loaded, is an answer; what is no object or no id is an error", async () => {
  const shadow = await loadedShadow(30)
  const absent = await askAny(shadow, "Account", accountId(99))
  assert.deepEqual([absent.is_found, absent.record, absent.is_stale], [false, null, false])
  assert.match(absent.reason ?? "", /^not in the shadow as of /)
  const unloaded = await askAny(shadow, "Product2", accountId(1).replace("001", "01t"))
  assert.deepEqual([unloaded.is_found, unloaded.is_stale, unloaded.refresh_queued], [false, true, false])
  assert.match(unloaded.reason ?? "", /^Product2 was never loaded: /)
  await assert.rejects(askAny(shadow, "Contact", accountId(1)), { code: "SF006" })
  await assert.rejects(askAny(shadow, 'Account"; drop table x', accountId(1)), { code: "SF006" })
  await assert.rejects(askAny(shadow, "Account", "001"), { code: "22023" })
})
