import assert from "node:assert/strict"
import { test } from "node:test"
import pg from "pg"
import { hostileSettings } from "../harness/hostile_settings.ts"
import { accountId, asRead, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { startReading } from "../reader/reading.ts"

/** Somebody else's sessions: of a role, with hostile settings but for those by which a session refuses work itself. */
function sessionsOf(shadow: { url: string }, role: string, hostile: boolean): pg.Pool {
  const {
    default_transaction_read_only: _,
    search_path: __,
    idle_session_timeout: ___,
    ...settings
  } = hostileSettings
  const options = Object.entries(hostile ? settings : { TimeZone: "UTC" }).map(
    ([name, value]) => `-c ${name}=${value}`,
  )
  return new pg.Pool({
    connectionString: shadow.url,
    max: 1,
    options: [`-c role=${role}`, "-c search_path=public", ...options].join(" "),
  })
}

/** What a query answers in a session as it should be, and in a hostile one. */
async function inBoth<R extends pg.QueryResultRow>(
  shadow: Shadow,
  role: string,
  sql: string,
  values: unknown[] = [],
): Promise<R[][]> {
  const answers: R[][] = []
  for (const hostile of [false, true]) {
    const pool = sessionsOf(shadow, role, hostile)
    answers.push((await pool.query<R>(sql, values)).rows)
    await pool.end()
  }
  return answers
}

const isoTime = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/

test("reasons show times in one form, which nobody can misread", async () => {
  const shadow = await Shadow.open()
  await shadow.all(
    "update sf_shadow.stream set problem = 'no answer', problem_since = '2026-02-03 04:05:06.7+00'",
  )
  const proof = await shadow.readId("Product2", { from: 0 })
  await shadow.all(
    `update sf_shadow.object_state set proof_read_id = $1, hole_from = '2026-02-03 20:15+00', hole_to = 'infinity',
       hole_reason = 'a test' where object = 'Product2'`,
    proof,
  )
  await shadow.all(
    `update sf_shadow.object_state set proof_read_id = $1, hole_from = '-infinity', hole_to = 'infinity',
       hole_reason = 'a test' where object = 'PricebookEntry'`,
    proof,
  )
  await shadow.all("update sf_shadow.object_state set proof_read_id = $1 where object = 'Account'", proof)
  await shadow.all(
    `insert into sf_shadow.invalidation_consumer (consumer, object, system_identifier, timeline, cache_identity, seen_at)
     values ('gone', 'Account', 1, 1, 'x', '2026-02-03 04:05:06+00')`,
  )
  await shadow.all(
    `insert into sf_shadow.run (object, kind, reason, paused_until) values
       ('Product2', 'full', 'a test', '2026-02-03 04:05:06+00')`,
  )
  await shadow.all(
    `insert into sf_shadow.run (object, kind, reason, looked_at, progressed_at) values
       ('Account', 'full', 'a test', '2026-02-03 04:05:06+00', '2026-02-03 04:05:06+00')`,
  )
  const questions = [
    [
      "select reason from sf_shadow_lag where object = 'Product2'",
      "changes since 2026-02-03T20:15:00Z may be missing: a test",
    ],
    [
      "select reason from sf_shadow_lag where object = 'PricebookEntry'",
      "changes since -infinity may be missing: a test",
    ],
    [
      "select reason from sf_shadow_lag where object = 'Account'",
      "the stream stands still since 2026-02-03T04:05:06Z: no answer",
    ],
    [
      "select reason from sf_shadow_freshness('Product2', '{}')",
      "changes since 2026-02-03T20:15:00Z may be missing: a test",
    ],
    ["select waits_for as reason from sf_shadow_run where object = 'Product2'", "until 2026-02-03T04:05:06Z"],
    [
      "select waits_for as reason from sf_shadow_run where object = 'Account'",
      "a process: none has looked at it since 2026-02-03T04:05:06Z. Is a worker running?",
    ],
    [
      "select reason from sf_shadow_invalidation_consumer",
      "not seen since 2026-02-03T04:05:06Z: start it, or forget it",
    ],
    [`select reason from sf_account_eligibility('${accountId(1)}')`, "not in the shadow as of 20"],
  ] as const
  for (const [sql, reason] of questions) {
    const [usual, hostile] = await inBoth<{ reason: string }>(shadow, "sf_shadow_reader", sql)
    assert.ok(usual?.[0]?.reason.startsWith(reason), usual?.[0]?.reason)
    assert.deepEqual(hostile, usual, sql)
    if (!reason.includes("infinity"))
      assert.match(reason.length > 30 ? reason : (usual?.[0]?.reason ?? ""), isoTime)
  }
})

test("values are cast as the service casts them, and numbers keep their digits", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.all(
    `alter table sf_product_shadow add column on_sale date, add column zoned timestamptz,
       add column weight double precision, add column lasts interval`,
  )
  // What the table's own type is counts; an interval is an operator's own.
  const columns = {
    on_sale: "date",
    zoned: "timestamp with time zone",
    weight: "double precision",
    lasts: "text",
  }
  const values = {
    on_sale: "2026-02-03",
    zoned: "2026-02-03T20:05:06.000Z",
    weight: "0.1234567890123",
    lasts: "-1 days +02:03:04",
  }
  for (const [name, type] of Object.entries(columns)) {
    await shadow.all(
      "insert into sf_shadow.field (object, field, column_name, column_type) values ('Product2', $1, $2, $3)",
      `${name}__c`,
      name,
      type,
    )
    await shadow.all(
      `insert into sf_shadow.described_field (object, field, type, described_at) values ('Product2', $1, 'text', now())`,
      `${name}__c`,
    )
  }
  const fields = Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}__c`, value]))
  const record = { ...product(1, 0), ...fields }
  for (const [only, isHeld] of [
    [{}, true],
    [{ on_sale__c: "02/03/2026" }, false],
  ] as const) {
    const [usual, hostile] = await inBoth(
      shadow,
      "sf_shadow_reader",
      "select row_held::text, error from sf_shadow_records_to_rows('Product2', $1)",
      [JSON.stringify([asRead("Product2", { ...record, ...only })])],
    )
    assert.equal(usual?.[0]?.row_held !== null, isHeld, JSON.stringify(usual))
    assert.deepEqual(hostile, usual)
  }

  // As an administrator fills columns from raw_payload.
  await shadow.read("Product2", [product(1, 0)], { from: 0 })
  await shadow.all("update sf_product_shadow set raw_payload = raw_payload || $1", fields)
  const owner = new URL(shadow.url).username
  const filled: unknown[] = []
  for (const hostile of [false, true]) {
    const pool = sessionsOf(shadow, owner, hostile)
    await pool.query("begin isolation level read committed")
    await pool.query("select sf_shadow.fields_to_columns('Product2')")
    await pool.query(
      "set local datestyle = iso; set local timezone = utc; set local intervalstyle = postgres; set local extra_float_digits = 1",
    )
    const { rows } = await pool.query(
      "select on_sale::text, zoned::text, weight::text, lasts::text from sf_product_shadow",
    )
    filled.push(rows)
    await pool.query("rollback")
    await pool.end()
  }
  const { on_sale, weight, lasts } = values
  assert.deepEqual(filled[0], [{ on_sale, zoned: "2026-02-03 20:05:06+00", weight, lasts }])
  assert.deepEqual(filled[1], filled[0])
})

test("operators' jobs are accepted and refused as anywhere", async () => {
  const shadow = await Shadow.open()
  const pool = sessionsOf(shadow, "sf_shadow_operator", true)
  const since = "2026-02-03T04:05:06Z"
  await pool.query("select add_job('reapply', $1::text)", [JSON.stringify({ object: "Product2", since })])
  const [job] = await shadow.all<{ payload: object }>("select payload from sf_shadow_worker._private_jobs")
  assert.deepEqual(job?.payload, { object: "Product2", since })
  const bad = JSON.stringify({ object: "Product2", since: "03.02.2026" })
  await assert.rejects(
    pool.query("select add_job('reapply', $1::text)", [bad]),
    /"since" must be a time such as/,
  )
  await pool.query("select sf_shadow_refresh('Product2', array[$1])", [productId(1)])
  // The locks of rule 3 cannot do with a snapshot: the session is told how to go on.
  await assert.rejects(pool.query("select sf_shadow_pause('Account')"), (error: pg.DatabaseError) => {
    assert.equal(error.code, "SF002")
    return /begin isolation level read committed/.test(error.hint ?? "")
  })
  await pool.end()
})

test("the day of the log that is not over yet in UTC stays, whatever the session's time zone", async () => {
  const shadow = await Shadow.open()
  // Retention ends at 23:30 UTC of a day: in Kathmandu that is the day after.
  await shadow.all(
    `update sf_shadow.setting set retention = now() - ((date_trunc('day', now() at time zone 'utc') - interval '10 days'
       + interval '23 hours 30 minutes') at time zone 'utc')`,
  )
  await shadow.all(
    "select sf_shadow._ensure_event_partition((now() at time zone 'utc')::date - n) from unnest(array[10, 11]) n",
  )
  const pool = sessionsOf(shadow, new URL(shadow.url).username, true)
  const { rows } = await pool.query<{ dropped: string[] }>(
    "select cardinality(sf_shadow._drop_old_partitions()) as dropped",
  )
  await pool.end()
  assert.deepEqual(rows, [{ dropped: 1 }])
})

test("every function with the owner's rights pins what casts and texts depend on", async () => {
  const shadow = await Shadow.open()
  const rows = await shadow.all<{ name: string; pinned: string[] }>(
    `select p.oid::regproc::text as name, array(select split_part(c, '=', 1) from unnest(p.proconfig) c order by 1) as pinned
     from pg_proc p where p.prosecdef and p.pronamespace = 'public'::regnamespace`,
  )
  assert.ok(rows.length >= 9)
  for (const { name, pinned } of rows) {
    const due = [
      "DateStyle",
      "IntervalStyle",
      "TimeZone",
      "extra_float_digits",
      "search_path",
      "standard_conforming_strings",
    ]
    assert.deepEqual(
      due.filter((setting) => !pinned.includes(setting)),
      [],
      name,
    )
  }
})

test("the TypeScript reader answers alike from a pool with hostile settings", async () => {
  const reading = await startReading(3)
  const { url } = reading.database
  const [id, accountOf] = [reading.seeded.products[0] as string, reading.seeded.accounts[0] as string]
  const answers: unknown[] = []
  for (const hostile of [false, true]) {
    const pool = sessionsOf({ url }, "sf_shadow_reader", hostile)
    const reader = reading.reader({ pool })
    const live = reading.reader({ pool, mode: "live" })
    const answered = []
    for (const answer of [
      await reader.product(id),
      await reader.catalog({ limit: 5 }),
      await reader.eligibility(accountOf),
      await live.product(id),
      await live.catalog({ limit: 5 }),
      await live.eligibility(accountOf),
    ]) {
      const { value, source, stale, reason, ageMs, freshAsOf } = answer
      assert.ok(
        freshAsOf instanceof Date && Number.isFinite(ageMs) && (ageMs as number) < 600_000,
        `${ageMs}`,
      )
      if (source === "shadow") assert.ok((ageMs as number) >= 5_000, `${ageMs}`)
      answered.push({ value, source, stale, reason })
    }
    answers.push(answered)
    await reader.close()
    await live.close()
    await pool.end()
  }
  assert.deepEqual(answers[1], answers[0])
})
