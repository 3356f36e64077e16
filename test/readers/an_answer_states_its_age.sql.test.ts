import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, event } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { ask, before, hear, jobs, loadedShadow, readAccounts, requested } from "./claims.ts"

const near = (seconds: number | null, expected: number) =>
  assert.ok(seconds !== null && Math.abs(seconds - expected) < 5, `${seconds} s instead of ${expected} s`)

test("a row is as fresh as the object's claim, however old its own read is", async () => {
  const shadow = await loadedShadow(100)
  const answer = await ask(shadow)
  assert.deepEqual([answer.account_id, answer.is_found], [accountId(1), true])
  // The account's last change was ten minutes before the load, which was read a margin before that was known.
  near((Number(answer.synced_at) - Number(answer.updated_at)) / 1_000, 590)
  assert.equal(answer.internet_eligibility, "Fibre")
  assert.equal(answer.eligibility_source, "Checked")
  assert.equal((answer.raw_payload as { Id: string }).Id, accountId(1))
  near(answer.age_seconds, 100)
  assert.deepEqual([answer.is_stale, answer.reason, answer.refresh_queued], [false, null, false])
  assert.deepEqual(await jobs(shadow), [])
})

test("a row that was read later than the object's claim is as fresh as its own read", async () => {
  const shadow = await loadedShadow(3_000)
  await readAccounts(shadow, [account(2, before(60))], 40)
  // Known to be right for the read's beginning less the margin of 10 s.
  near((await ask(shadow, accountId(2))).age_seconds, 50)
  near((await ask(shadow, accountId(1))).age_seconds, 3_000)
})

test("a row in doubt gets no credit from the object, and says why", async () => {
  const shadow = await loadedShadow(30)
  await shadow.all(
    "select sf_shadow._mark_dirty('Account', array[$1], array[now()], array[now() + interval '1 minute'], array['a gap'])",
    accountId(1),
  )
  const answer = await ask(shadow)
  near(answer.age_seconds, 7_210)
  assert.equal(answer.is_stale, true)
  assert.match(answer.reason ?? "", /waits to be read again: a gap/)
  assert.equal(answer.refresh_queued, true, "the mark itself is the refresh")
  const other = await ask(shadow, accountId(2))
  near(other.age_seconds, 30)
  assert.deepEqual(
    [other.is_stale, other.reason],
    [false, null],
    "another account's doubt is none of this one's",
  )
  assert.deepEqual(await requested(shadow), [], "a second mark would only put the first one's settlement off")
})

test("a row of which Salesforce has a version that cannot be stored says so, and is not read again for each reader", async () => {
  const shadow = await loadedShadow(30)
  await shadow.all(
    `insert into sf_shadow.reject (object, record_id, since, known_until, sqlstate, reason, payload)
     values ('Account', $1, now(), now(), '22021', 'a text holds a NUL byte', '')`,
    accountId(2),
  )
  const answer = await ask(shadow, accountId(2))
  assert.equal(answer.is_stale, true)
  assert.match(answer.reason ?? "", /cannot be stored: a text holds a NUL byte/)
  assert.deepEqual(
    [(await ask(shadow)).is_stale, (await ask(shadow)).reason],
    [false, null],
    "nor its refusal",
  )
  assert.equal(answer.refresh_queued, false)
  assert.deepEqual(await requested(shadow), [])
})

test("max_age decides what is stale; the reason says what was heard last", async () => {
  const shadow = await loadedShadow(100)
  const answer = await ask(shadow, accountId(1), "1 minute")
  assert.equal(answer.is_stale, true)
  assert.match(answer.reason ?? "", /nothing was heard of changes after 20/)
  assert.equal(answer.refresh_queued, true)
})

test("a stream that stands still, and a hole, are the reason of every row", async () => {
  const shadow = await loadedShadow(2_000)
  await shadow.all("update sf_shadow.stream set problem = 'no route to host', problem_since = now()")
  assert.match((await ask(shadow)).reason ?? "", /stands still since .*: no route to host/)
  await shadow.all(
    "select sf_shadow._open_hole('Account', now() - interval '1 hour', now(), 'the replay position was lost')",
  )
  const answer = await ask(shadow)
  near(answer.age_seconds, 3_600)
  assert.match(answer.reason ?? "", /may be missing: the replay position was lost/)
})

test("a missing account says as of when it is known to be missing", async () => {
  const shadow = await loadedShadow(60)
  const fresh = await ask(shadow, accountId(99))
  assert.deepEqual(
    [fresh.account_id, fresh.is_found, fresh.raw_payload, fresh.synced_at, fresh.is_stale],
    [accountId(99), false, null, null, false],
  )
  near(fresh.age_seconds, 60)
  assert.match(fresh.reason ?? "", /^not in the shadow as of 20/)
  assert.deepEqual(await requested(shadow), [])

  await hear(shadow, 7_000)
  const stale = await ask(shadow, accountId(99))
  assert.equal(stale.is_stale, true)
  assert.equal(stale.refresh_queued, true)
  assert.match(stale.reason ?? "", /^not in the shadow as of 20.*; nothing was heard of changes after/)

  await shadow.read("Account", [], { from: before(30), missing: [accountId(99)] })
  const read = await ask(shadow, accountId(99))
  near(read.age_seconds, 40)
  assert.equal(read.is_stale, false, "a read has shown that Salesforce has no such account")
})

test("a field that was told by a gap event is as old as the gap, whatever else is told of the account since", async () => {
  const shadow = await loadedShadow(7_000)
  await shadow.apply(event("Account", "GAP_UPDATE", accountId(1), before(3_000)))
  await shadow.apply(event("Account", "UPDATE", accountId(1), before(2), { Internet_Eligibility__c: "None" }))
  await hear(shadow, 1)
  const answer = await ask(shadow)
  assert.equal(answer.internet_eligibility, "None")
  near(answer.age_seconds, 3_000)
  assert.equal(answer.is_stale, true)
  assert.match(answer.reason ?? "", /it waits to be read again: gap event/)
})

test("an update behind a hole is as old as the hole", async () => {
  const shadow = await loadedShadow(7_000)
  await shadow.all(
    "select sf_shadow._open_hole('Account', now() - interval '1 hour', 'infinity', 'the replay position was lost')",
  )
  await shadow.apply(event("Account", "UPDATE", accountId(1), before(2), { Internet_Eligibility__c: "None" }))
  await hear(shadow, 1)
  const answer = await ask(shadow)
  near(answer.age_seconds, 3_600)
  assert.match(answer.reason ?? "", /may be missing: the replay position was lost/)
})

test("an account that a comparison has seen in Salesforce only is not said to be missing as of the comparison", async () => {
  const shadow = await loadedShadow(60)
  const markedSince = async (since: string) => {
    await shadow.all(
      `select sf_shadow._mark_dirty('Account', array[$1], array[(${since})::timestamptz], array[now()],
         array['in Salesforce, and not in the shadow'])`,
      accountId(99),
    )
    return ask(shadow, accountId(99))
  }
  const answer = await markedSince("now() - interval '3 hours'")
  assert.deepEqual([answer.is_found, answer.is_stale, answer.refresh_queued], [false, true, true])
  near(answer.age_seconds, 3 * 3_600)
  const unknown = await markedSince("'-infinity'")
  assert.deepEqual([unknown.age_seconds, unknown.is_stale], [null, true])
  assert.match(
    unknown.reason ?? "",
    /^not in the shadow; it waits to be read again: in Salesforce, and not in the shadow$/,
  )
})

test("fields that stand still are named though the row is fresh", async () => {
  const shadow = await loadedShadow(60)
  await shadow.all(
    "update sf_shadow.object_state set degraded = 'fields have vanished: Internet_Eligibility__c' where object = 'Account'",
  )
  const answer = await ask(shadow)
  assert.deepEqual([answer.is_stale, answer.reason], [false, "fields have vanished: Internet_Eligibility__c"])
})

test("an account deleted by an event is missing as of the delete", async () => {
  const shadow = await loadedShadow(7_000)
  await shadow.apply(event("Account", "DELETE", accountId(1), before(50)))
  await hear(shadow, 5_000)
  const answer = await ask(shadow)
  assert.equal(answer.is_found, false)
  near(answer.age_seconds, 50)
})

test("an account deleted by an event and in doubt since is missing as of the delete, not of the last load", async () => {
  const shadow = await loadedShadow(7_000)
  await shadow.apply(event("Account", "DELETE", accountId(1), before(500)))
  await shadow.apply(event("Account", "GAP_CREATE", accountId(1), before(100)))
  await hear(shadow, 1)
  const answer = await ask(shadow)
  assert.equal(answer.is_found, false)
  near(answer.age_seconds, 500)
})

test("an account that was never seen and is in doubt since a gap is missing as of the last load", async () => {
  const shadow = await loadedShadow(7_000)
  await shadow.apply(event("Account", "GAP_CREATE", accountId(99), before(100)))
  await hear(shadow, 1)
  const answer = await ask(shadow, accountId(99))
  assert.deepEqual([answer.is_found, answer.is_stale], [false, true])
  near(answer.age_seconds, 7_210)
})

test("no age is below nothing, though the row comes from a later time than the clock is known to show", async () => {
  const shadow = await loadedShadow(60)
  await readAccounts(shadow, [account(2, before(-1_000))], -1_100)
  assert.equal((await ask(shadow, accountId(2))).age_seconds, 0)
})

test("before the first load it says that accounts were never loaded, and asks for nothing", async () => {
  const shadow = await Shadow.open()
  const answer = await ask(shadow)
  assert.deepEqual(
    [answer.account_id, answer.is_found, answer.is_stale, answer.age_seconds],
    [accountId(1), false, true, null],
  )
  assert.match(answer.reason ?? "", /never loaded: no full load has completed: run a backfill/)
  assert.deepEqual(await requested(shadow), [])
})

test("a malformed id is a clear error", async () => {
  const shadow = await Shadow.open()
  for (const id of ["", "001", "001000000000001", "001000000000001AA!", `${accountId(1)} `]) {
    await assert.rejects(ask(shadow, id), (error: Error & { code: string; hint: string }) => {
      assert.equal(error.code, "22023")
      assert.match(error.message, /is not the id of an account/)
      assert.match(error.hint, /18 letters and digits/)
      return true
    })
  }
  await assert.rejects(shadow.all("select sf_account_eligibility(null)"), /null is not the id/)
})
