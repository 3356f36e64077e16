import assert from "node:assert/strict"
import { test } from "node:test"
import { accountId, at, event } from "../harness/records.ts"
import type { Shadow } from "../harness/shadow.ts"
import { before, hear, loadedShadow } from "../readers/claims.ts"

const change = (ago: number) =>
  event("Account", "UPDATE", accountId(1), before(ago), { Internet_Eligibility__c: "None" })

/** As if the events that wait had come so many seconds earlier, which the log refuses to say afterwards. */
async function received(shadow: Shadow, ago: number): Promise<void> {
  await shadow.all("alter table sf_shadow_event disable trigger user")
  await shadow.all("update sf_shadow_event set received_at = now() - make_interval(secs => $1)", ago)
  await shadow.all("alter table sf_shadow_event enable trigger user")
}

async function lag(shadow: Shadow) {
  const [row] = await shadow.all<{ state: string; reason: string | null; fresh_as_of: Date | null }>(
    "select state, reason, fresh_as_of from sf_shadow_lag where object = 'Account'",
  )
  assert.ok(row)
  return row
}

test("an event that waits bounds the claim by its commit, and ends the state after 15 seconds", async () => {
  const shadow = await loadedShadow(5)
  await shadow.publish(change(3))
  await hear(shadow, 0)
  const { state, reason, fresh_as_of } = await lag(shadow)
  assert.deepEqual([state, reason], ["fresh", null])
  const waits = before(3) - ((fresh_as_of as Date).getTime() - at(0).getTime()) / 1000
  assert.ok(waits >= 0 && waits < 5, `as of the event's commit, not of the last one applied: ${waits}`)
  await received(shadow, 16)
  assert.equal((await lag(shadow)).state, "catching up")
  await shadow.fold()
  assert.equal((await lag(shadow)).state, "fresh")
})

test("the reason says why events are not applied, whatever it is, and since when", async () => {
  const shadow = await loadedShadow(5)
  await shadow.publish(change(30))
  await received(shadow, 20)
  const reason = async () => {
    const { state, reason: text } = await lag(shadow)
    assert.equal(state, "catching up")
    assert.match(text ?? "", /^events received since 20\d\d-.* are not applied: /)
    return (text ?? "").replace(/^.* are not applied: /, "")
  }
  const job = (change: string) => shadow.all(`update sf_shadow_worker._private_jobs set ${change}`)
  await shadow.all("delete from sf_shadow.worker")
  assert.equal(await reason(), "no worker runs")
  await shadow.all("select sf_shadow.worker_beat(array['one'])")
  assert.equal(await reason(), "their job waits for its turn")
  await shadow.all("update sf_shadow.worker set beat_at = now() - interval '21 seconds'")
  assert.equal(await reason(), "no worker runs", "for 20 seconds none has said that it does")
  await job("attempts = 3, last_error = 'out of\n  memory'")
  assert.equal(await reason(), "the last of 3 attempts failed: out of memory")
  await job("attempts = max_attempts")
  assert.equal(await reason(), "the last of 25 attempts failed: out of memory")
  await job("locked_at = now(), locked_by = 'one'")
  assert.match(await reason(), /^a worker is at it since 20/)
  await shadow.all("delete from sf_shadow_worker._private_jobs")
  assert.equal(await reason(), "their job is lost and will be queued anew")
  await shadow.all("delete from sf_shadow.worker")
})

test("readers are told as well", async () => {
  const shadow = await loadedShadow(5)
  await shadow.publish(change(3_000))
  await received(shadow, 2_990)
  await hear(shadow, 0)
  const [answer] = await shadow.all<{ is_stale: boolean; age_seconds: number; reason: string }>(
    "select is_stale, reason, extract(epoch from age)::float8 as age_seconds from sf_account_eligibility($1)",
    accountId(2),
  )
  assert.equal(answer?.is_stale, true)
  assert.ok(Math.abs((answer?.age_seconds ?? 0) - 3_000) < 5, `${answer?.age_seconds} s`)
  assert.match(answer?.reason ?? "", /^events received since .* are not applied/)
  const [claim] = await shadow.all<{ reason: string }>(
    "select reason from sf_shadow_freshness('Account', array[$1])",
    accountId(2),
  )
  assert.match(claim?.reason ?? "", /^events received since .* are not applied/)
})
