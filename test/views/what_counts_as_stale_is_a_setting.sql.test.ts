import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { accountId, event } from "../harness/records.ts"
import type { Shadow } from "../harness/shadow.ts"
import { ask, before, hear, loadedShadow } from "../readers/claims.ts"

/** Settings of an operator, for one test. */
async function set(t: TestContext, shadow: Shadow, settings: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    const [old] = await shadow.all<{ value: string }>(`select ${name}::text as value from sf_shadow.setting`)
    const change = (to: string | undefined) => shadow.all(`update sf_shadow.setting set ${name} = $1`, to)
    await change(value)
    t.after(() => change(old?.value))
  }
}

async function lag(shadow: Shadow): Promise<[string, string | null]> {
  const [row] = await shadow.all<{ state: string; reason: string | null }>(
    "select state, reason from sf_shadow_lag where object = 'Account'",
  )
  assert.ok(row)
  return [row.state, row.reason]
}

test("an object is catching up, and then stale, from the times that are set", async (t) => {
  const shadow = await loadedShadow(60)
  assert.deepEqual(await lag(shadow), ["fresh", null])
  await set(t, shadow, { catching_up_after: "30 seconds" })
  const [state, reason] = await lag(shadow)
  assert.equal(state, "catching up")
  assert.match(reason ?? "", /^nothing was heard of changes after /)
  await set(t, shadow, { stale_after: "50 seconds" })
  assert.equal((await lag(shadow))[0], "stale")
})

test("a reader that names no age takes the one that is set", async (t) => {
  const shadow = await loadedShadow(60)
  const isStale = async () =>
    (
      await shadow.all<{ is_stale: boolean }>("select is_stale from sf_account_eligibility($1)", accountId(1))
    )[0]?.is_stale
  assert.equal(await isStale(), false)
  await set(t, shadow, { stale_after: "50 seconds" })
  assert.equal(await isStale(), true)
  assert.equal((await ask(shadow, accountId(1), "2 minutes")).is_stale, false, "it names one")
})

test("what is received and not applied ends the state fresh after the time that is set", async (t) => {
  const shadow = await loadedShadow(5)
  await shadow.publish(
    event("Account", "UPDATE", accountId(1), before(1), { Internet_Eligibility__c: "None" }),
  )
  await hear(shadow, 0)
  assert.equal((await lag(shadow))[0], "fresh")
  await set(t, shadow, { unapplied_after: "0 seconds" })
  const [state, reason] = await lag(shadow)
  assert.equal(state, "catching up")
  assert.match(reason ?? "", /^events received since .* are not applied: /)
})

test("a worker is given up after the time that is set", async (t) => {
  const shadow = await loadedShadow(5)
  await shadow.all("select sf_shadow.worker_beat(array['one'])")
  await shadow.all("update sf_shadow.worker set beat_at = now() - interval '10 seconds'")
  const workers = async () => {
    await shadow.all("select sf_shadow.free_dead_workers()")
    return (await shadow.all("select from sf_shadow.worker")).length
  }
  assert.equal(await workers(), 1)
  await set(t, shadow, { worker_silent_after: "5 seconds" })
  assert.equal(await workers(), 0)
})
