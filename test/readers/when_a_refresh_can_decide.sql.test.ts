import assert from "node:assert/strict"
import { test } from "node:test"
import { accountId, event } from "../harness/records.ts"
import type { Shadow } from "../harness/shadow.ts"
import { ask, before, hear, loadedShadow } from "./claims.ts"

interface Request {
  /** Age of the time since when the row may be wrong, in seconds. */
  since: number
  /** How long after the known read's end, the known event's commit, and before now a read is of use, in seconds. */
  afterRead: number | null
  afterEvent: number | null
  notBefore: number
}

async function request(shadow: Shadow, id: string): Promise<Request> {
  const [row] = await shadow.all<Request>(
    `select extract(epoch from clock_timestamp() - q.since)::float8 as since,
       extract(epoch from clock_timestamp() - q.not_before)::float8 as "notBefore",
       extract(epoch from q.not_before - r.read_to)::float8 as "afterRead",
       extract(epoch from q.not_before - coalesce(s.commit_timestamp, t.commit_timestamp))::float8 as "afterEvent"
     from sf_shadow.refresh_request q
     left join sf_account_eligibility_shadow s on s.account_id = q.record_id
     left join sf_shadow.tombstone t on t.object = q.object and t.record_id = q.record_id
     left join sf_shadow.read r on r.read_id = s.read_id
     where q.object = 'Account' and q.record_id = $1`,
    id,
  )
  assert.ok(row, "nothing was asked for")
  return row
}

/** Within what a busy machine takes for a test. */
const near = (seconds: number | null, expected: number) =>
  assert.ok(seconds !== null && Math.abs(seconds - expected) < 30, `${seconds} s instead of ${expected} s`)

test("a row that is stale is read a margin and a second after all that is known of it: its read, or its last event", async () => {
  const shadow = await loadedShadow(3_000)
  await ask(shadow, accountId(1))
  const byRead = await request(shadow, accountId(1))
  near(byRead.since, 3_000)
  assert.equal(byRead.afterRead, 11)
  await shadow.apply(
    event("Account", "UPDATE", accountId(2), before(2_000), { Internet_Eligibility__c: "DSL" }),
  )
  await ask(shadow, accountId(2))
  const byEvent = await request(shadow, accountId(2))
  near(byEvent.since, 2_000)
  assert.equal(byEvent.afterEvent, 11)
})

test("an account that is missing by an event is read a margin and a second after that, one of which nothing is known at once", async () => {
  const shadow = await loadedShadow(7_000)
  await shadow.apply(event("Account", "DELETE", accountId(1), before(2_000)))
  await hear(shadow, 2_000)
  await ask(shadow, accountId(1))
  assert.equal((await request(shadow, accountId(1))).afterEvent, 11)
  await ask(shadow, accountId(99))
  near((await request(shadow, accountId(99))).notBefore, 0)
})

test("an account that cannot be stored and has no row is as old as its refusal, or an older doubt", async () => {
  const shadow = await loadedShadow(30)
  await shadow.all(
    `insert into sf_shadow.reject (object, record_id, since, known_until, sqlstate, reason, payload)
     values ('Account', $1, now() - interval '3 hours', now(), '22021', 'a text holds a NUL byte', '')`,
    accountId(99),
  )
  near((await ask(shadow, accountId(99))).age_seconds, 3 * 3_600)
  await shadow.all(
    "select sf_shadow._mark_dirty('Account', array[$1], array[now() - interval '4 hours'], array[now()], array['a gap'])",
    accountId(99),
  )
  const { age_seconds, is_stale, reason } = await ask(shadow, accountId(99))
  near(age_seconds, 4 * 3_600)
  assert.equal(is_stale, true)
  assert.match(
    reason ?? "",
    /^not in the shadow as of .*; what Salesforce has cannot be stored: a text holds/,
  )
})

test("what is known of another object's record of that id counts for nothing", async () => {
  const shadow = await loadedShadow(30)
  await shadow.all(
    `insert into sf_shadow.reject (object, record_id, since, known_until, sqlstate, reason, payload)
     values ('Product2', $1, now(), now(), '22021', 'a text holds a NUL byte', '')`,
    accountId(1),
  )
  await shadow.all(
    "select sf_shadow._mark_dirty('Product2', array[$1], array[now()], array[now()], array['a gap'])",
    accountId(1),
  )
  await shadow.all(
    "insert into sf_shadow.tombstone (object, record_id, commit_timestamp, proven, weak) values ('Product2', $1, now(), false, false)",
    accountId(99),
  )
  const { is_stale, reason, age_seconds } = await ask(shadow, accountId(1))
  assert.deepEqual([is_stale, reason], [false, null])
  near(age_seconds, 30)
  near((await ask(shadow, accountId(99))).age_seconds, 30)
})

test("without an age that the reader can bear, a row is stale after 15 minutes", async () => {
  for (const [heardAgo, isStale] of [
    [840, false],
    [910, true],
  ] as const) {
    const shadow = await loadedShadow(heardAgo)
    const answers = await shadow.all<{ is_stale: boolean }>(
      "select is_stale from sf_account_eligibility($1) union all select is_stale from sf_account_eligibility($1, null)",
      accountId(1),
    )
    assert.deepEqual(answers, [{ is_stale: isStale }, { is_stale: isStale }], `${heardAgo} s`)
  }
})
