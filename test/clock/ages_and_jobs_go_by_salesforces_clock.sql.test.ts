import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, at, event } from "../harness/records.ts"
import { onlyIds, runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

/** Says that Salesforce's clock is ahead of the database's by so many seconds, to the second. */
async function ahead(shadow: Shadow, seconds: number): Promise<void> {
  await shadow.pool.query(
    "select sf_shadow.note_salesforce_clock(make_interval(secs => $1), make_interval(secs => $1 + 1))",
    [seconds],
  )
}

/** Salesforce's time, seconds from now on the database's clock. */
const salesforceIn = async (shadow: Shadow, seconds: number) => {
  const [row] = await shadow.all<{ at: Date }>(
    "select clock.earliest + make_interval(secs => $1) as at from sf_shadow.salesforce_now clock",
    seconds,
  )
  return (row as { at: Date }).at
}

/** In how many seconds the job of that key is due. */
async function dueIn(shadow: Shadow, key: string): Promise<number> {
  const [job] = await shadow.all<{ due: number }>(
    "select extract(epoch from run_at - now())::float8 as due from sf_shadow_worker.jobs where key = $1",
    key,
  )
  assert.ok(job, `no job ${key}`)
  return job.due
}

const near = (is: number, expected: number, within = 1.5) =>
  assert.ok(Math.abs(is - expected) <= within, `${is}, not ${expected}`)

for (const seconds of [300, -300, 0]) {
  test(`${seconds} s ahead: a doubt's job is due when it is ripe by Salesforce's clock`, async () => {
    const shadow = await Shadow.open()
    await ahead(shadow, seconds)
    await shadow.pool.query("select sf_shadow._mark_dirty('Account', $1, $2, $3, '{test}')", [
      [accountId(1)],
      [await salesforceIn(shadow, 0)],
      [await salesforceIn(shadow, 20)],
    ])
    near(await dueIn(shadow, "records_to_shadow:Account"), 20)
  })

  test(`${seconds} s ahead: what its columns cannot hold any more is read again at once`, async () => {
    const shadow = await Shadow.openAnother()
    await ahead(shadow, seconds)
    await shadow.read("Account", [account(1, 0)], { from: 20 })
    await shadow.pool.query(
      "update sf_shadow.field set field = 'Lacking__c', required = true, default_value = null where object = 'Account' and column_name = 'internet_eligibility'",
    )
    await shadow.pool.query("select sf_shadow.fields_to_columns('Account')")
    near(await dueIn(shadow, "records_to_shadow:Account"), 0)
  })

  test(`${seconds} s ahead: a hole's delta is due a margin after its end by Salesforce's clock`, async () => {
    const shadow = await Shadow.open()
    await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 20 })
    await ahead(shadow, seconds)
    const end = await salesforceIn(shadow, 0)
    await shadow.pool.query("select sf_shadow._open_hole('Account', $1, $1, 'test')", [end])
    near(await dueIn(shadow, "hole:Account"), 12)
  })

  test(`${seconds} s ahead: the state, the ages of the views and of a row are by Salesforce's clock`, async () => {
    const shadow = await Shadow.open()
    await ahead(shadow, seconds)
    const heard = await salesforceIn(shadow, -100)
    await runThrough(shadow, "Account", "full", [account(1, 0, { SystemModstamp: heard.toISOString() })], {
      from: 20,
    })
    await shadow.apply({ ...event("Account", "UPDATE", accountId(1), 0), commit_timestamp: heard })
    const [lag] = await shadow.all<Record<string, number | string>>(
      `select state, lag_seconds, extract(epoch from since_last_change)::float8 as since
       from sf_shadow_lag where object = 'Account'`,
    )
    near(Number(lag?.lag_seconds), 101)
    near(Number(lag?.since), 101)
    assert.equal(lag?.state, "fresh")
    const [row] = await shadow.all<{ age: number; is_stale: boolean }>(
      "select extract(epoch from age)::float8 as age, is_stale from sf_account_eligibility($1, '2 minutes')",
      accountId(1),
    )
    near(Number(row?.age), 101)
    assert.equal(row?.is_stale, false)
  })
}

test("when the measured difference moves, what waits is timed anew; by less than a second nothing is written", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 20 })
  const later = new Date(Date.now() + 320_000)
  await shadow.pool.query("select sf_shadow._mark_dirty('Account', $1, $2, $2, '{test}')", [
    [accountId(1)],
    [later],
  ])
  await shadow.pool.query("select sf_shadow._open_hole('Account', $1, $1, 'test')", [later])
  near(await dueIn(shadow, "records_to_shadow:Account"), 320)
  await ahead(shadow, 300)
  near(await dueIn(shadow, "records_to_shadow:Account"), 20)
  near(await dueIn(shadow, "hole:Account"), 32)
  const stored = () => shadow.all("select xmin, * from sf_shadow.salesforce_clock")
  const before = await stored()
  await ahead(shadow, 300.9)
  assert.deepEqual(await stored(), before)
})

test("a hole that ends by this database alone is not covered by a run that had begun, however untrue the clock", async () => {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 20 })
  await ahead(shadow, -3_600)
  // On Salesforce's true clock, which is not the measured one, this run began before the pause ended.
  const from = (Date.now() - at(0).getTime()) / 1000
  await runThrough(shadow, "Account", "delta", [], { from })
  await shadow.pool.query("select sf_shadow_pause('Account')")
  await shadow.pool.query("select sf_shadow_resume('Account')")
  await runThrough(shadow, "Account", "ids", onlyIds([accountId(1)]), { from: from + 5 })
  assert.notEqual((await shadow.state("Account")).hole_from, null)
})

test("an event without a readable time ends its hole when it was received by Salesforce's clock", async () => {
  const shadow = await Shadow.open()
  await ahead(shadow, 300)
  const unreadable = {
    ...event("Account", "UPDATE", "", 0),
    record_ids: [],
    commit_timestamp: null,
    error: "header",
  }
  await shadow.apply(unreadable)
  const unsaid = (await shadow.state("Account")).hole_to as Date
  near((unsaid.getTime() - Date.now()) / 1000, 301)
  const said = { ...unreadable, event_id: "another", committed_before: new Date(Date.now() + 400_000) }
  await shadow.apply(said)
  const { hole_to } = await shadow.state("Account")
  assert.deepEqual(hole_to, said.committed_before)
})
