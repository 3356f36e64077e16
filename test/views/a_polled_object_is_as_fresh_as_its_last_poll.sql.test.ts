import assert from "node:assert/strict"
import { test } from "node:test"
import { poll, polledShadow, startPoll } from "../harness/polls.ts"
import { account, accountId } from "../harness/records.ts"
import { endRun } from "../harness/runs.ts"
import type { Shadow } from "../harness/shadow.ts"
import { ask } from "../readers/claims.ts"

interface Lag {
  state: string
  reason: string | null
  lag_seconds: number
  changes: string
}

async function lag(shadow: Shadow): Promise<Lag> {
  const [row] = await shadow.all<Lag>(
    "select state, reason, round(lag_seconds::numeric, -1)::int as lag_seconds, changes from sf_shadow_lag where object = 'Account'",
  )
  assert.ok(row)
  return row
}

test("it claims what was committed a margin before its last complete poll read, and waits for no stream", async () => {
  const shadow = await polledShadow(600)
  assert.equal((await lag(shadow)).lag_seconds, 610, "by its load")
  await poll(shadow, [], 20)
  assert.deepEqual(await lag(shadow), {
    state: "fresh",
    reason: null,
    lag_seconds: 30,
    changes: "polled every 5m",
  })
  // A poll that has not ended proves nothing.
  await shadow.all("update sf_shadow.object_state set polled_at = null where object = 'Account'")
  await startPoll(shadow)
  assert.equal((await lag(shadow)).lag_seconds, 30)
})

test("it is fresh between two polls, catching up when one did not come, and stale when two did not", async () => {
  const states: [ago: number, state: string][] = [
    [295, "fresh"],
    [590, "fresh"],
    [605, "catching up"],
    [890, "catching up"],
    [905, "stale"],
  ]
  for (const [ago, state] of states) {
    const shadow = await polledShadow(ago)
    assert.equal((await lag(shadow)).state, state, `${ago} s after its last read`)
  }
})

test("a rare poll is judged by its own interval, and a frequent one not more strictly than others", async () => {
  const shadow = await polledShadow(1000)
  const stateAt = async (every: string) => {
    await shadow.all("update sf_shadow.object set poll_every = $1::interval where object = 'Account'", every)
    return (await lag(shadow)).state
  }
  assert.equal(await stateAt("5 minutes"), "stale")
  assert.equal(await stateAt("2 hours"), "fresh")
  await polledShadow(150)
  assert.equal(await stateAt("1 minute"), "fresh")
  await polledShadow(200)
  assert.equal(await stateAt("1 minute"), "catching up")
})

test("the reason says how often it is polled, since when nothing was read, and why the last poll failed", async () => {
  const shadow = await polledShadow(1000)
  assert.match(
    (await lag(shadow)).reason ?? "",
    /^it is polled every 5m, and nothing was read of changes after 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  )
  await endRun(shadow, (await startPoll(shadow)) as number, { error: "Salesforce answered HTTP 503" })
  assert.match((await lag(shadow)).reason ?? "", /Z: Salesforce answered HTTP 503$/)
})

test("a reader is told the age of the last poll, is not sent to Salesforce between two polls, and may ask for less", async () => {
  const shadow = await polledShadow(1000, [account(1, 0)])
  await poll(shadow, [], 300)
  const record = async (bound: string | null) => {
    const [answer] = await shadow.all<{ age: number; is_stale: boolean; reason: string | null }>(
      `select round(extract(epoch from age), -1)::int as age, is_stale, reason
       from sf_shadow_record('Account', $1, $2::interval)`,
      accountId(1),
      bound,
    )
    return answer
  }
  assert.deepEqual(await record(null), { age: 310, is_stale: false, reason: null })
  const strict = await record("1 minute")
  assert.equal(strict?.is_stale, true)
  assert.match(strict?.reason ?? "", /^it is polled every 5m, and nothing was read of changes after /)
  assert.equal((await ask(shadow, accountId(1), "6 minutes")).is_stale, false)
  // An hourly poll: a reader that names no age takes what the interval allows.
  await shadow.all("update sf_shadow.object set poll_every = '1 hour' where object = 'Account'")
  await shadow.all("update sf_shadow.read set read_from = read_from - interval '1 hour'")
  await shadow.all("update sf_shadow.object_state set delta_from = delta_from - interval '1 hour'")
  assert.equal((await record(null))?.is_stale, false)
})
