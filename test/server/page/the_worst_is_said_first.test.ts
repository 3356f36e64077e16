import assert from "node:assert/strict"
import { test } from "node:test"
import { created, price, product, type SalesforceRecord } from "../../harness/records.ts"
import { endRun, runThrough, startRun } from "../../harness/runs.ts"
import { Shadow } from "../../harness/shadow.ts"
import { before } from "../../readers/claims.ts"
import { freshShadow, lines, startPage, statusOf } from "./page.ts"

test("when all objects are fresh it says so in one sentence, and there is nothing to look at", async (t) => {
  const { url } = await startPage(t, (await freshShadow()).url)
  const { headline, attention, fault } = await statusOf(url)
  assert.deepEqual(headline, { tone: "well", text: "All is well: all 3 objects are fresh." })
  assert.deepEqual(attention, [])
  assert.equal(fault, null)
})

test("who is on the way to being fresh is named, and is nothing to look at", async (t) => {
  const shadow = await freshShadow()
  await shadow.all(
    "select sf_shadow._mark_dirty('Account', array['001000000000001AAA'], array[now()], array[now()], array['a test'])",
  )
  const { url } = await startPage(t, shadow.url)
  const { headline, attention } = await statusOf(url)
  assert.deepEqual(attention, [])
  assert.deepEqual(headline, {
    tone: "well",
    text: "All is well: 2 of 3 objects are fresh, Account is catching up.",
  })
})

test("an empty shadow is told to be loaded, and shows the load as progress once it runs", async (t) => {
  const shadow = await Shadow.open()
  const { url } = await startPage(t, shadow.url)
  const { headline, attention } = await statusOf(url)
  assert.equal(headline.text, "Account, PricebookEntry and Product2 were never loaded.")
  assert.ok(
    lines(attention).includes(
      `problem: Product2 was never loaded | npm run sf-shadow -- backfill Product2 | select add_job('backfill', '{"object":"Product2"}');`,
    ),
    lines(attention).join("\n"),
  )
  await startRun(shadow, "Product2", "full", { from: before(5), expected: 4000 })
  await shadow.all(
    "update sf_shadow.run set received = 1000, started_at = now() - interval '10 seconds', progressed_at = now()",
  )
  const loading = await statusOf(url, ({ snapshot }) => snapshot?.runs[0]?.received === 1000)
  assert.ok(lines(loading.attention).includes("progress: Product2 is being loaded for the first time"))
  const [run] = loading.snapshot?.runs ?? []
  assert.equal(run?.percent, 25)
  assert.equal(Math.round((Date.parse(run?.estimated_end ?? "") - Date.now()) / 10_000), 3, "30 s are left")
})

test("a tripped fuse shows how to force the load, after a look at the org", async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  const runId = await startRun(shadow, "Product2", "full", { from: before(60), expected: 2 })
  await endRun(shadow, runId, { error: "1200 records of Product2 would be deleted", byFuse: true })
  const { headline, attention } = await statusOf(url)
  assert.deepEqual(headline, { tone: "problem", text: "The fuse of Product2 tripped." })
  assert.deepEqual(lines(attention), [
    `problem: The fuse of Product2 tripped | npm run sf-shadow -- backfill Product2 --force | select add_job('backfill', '{"object":"Product2","force":true}');`,
  ])
  assert.equal(attention[0]?.text, "1200 records of Product2 would be deleted")
  assert.match(attention[0]?.advice ?? "", /look at the org first/)

  const rows = await shadow.all<{ raw_payload: SalesforceRecord }>(
    "select raw_payload from sf_product_shadow",
  )
  const unchanged = rows.map(({ raw_payload }) => raw_payload)
  await runThrough(shadow, "Product2", "full", unchanged, { from: before(3) })
  const settled = await statusOf(url, ({ attention }) => attention.length === 0)
  assert.equal(settled.headline.tone, "well", "a later full load has settled it")
})

test("a failed delta, a hole and a pause each show what mends them", async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  const runId = await startRun(shadow, "Account", "delta", { from: before(60), expected: 2 })
  await endRun(shadow, runId, { error: "INVALID_FIELD" })
  await shadow.all("update sf_shadow.object set enabled = false where object = 'Account'")
  t.after(() => shadow.all("update sf_shadow.object set enabled = true"))
  await shadow.all(
    "select sf_shadow._open_hole('Product2', now() - interval '1 hour', now(), 'the replay id is too old')",
  )
  const { headline, attention } = await statusOf(url)
  assert.equal(headline.text, "Product2 is stale, and 2 more to look at.")
  assert.deepEqual(lines(attention), [
    `problem: Product2 is stale | npm run sf-shadow -- delta Product2 | select add_job('delta', '{"object":"Product2"}');`,
    `problem: The last delta of Account failed | npm run sf-shadow -- delta Account | select add_job('delta', '{"object":"Account"}');`,
    `warning: Account is paused | npm run sf-shadow -- resume Account | select sf_shadow_resume('Account');`,
  ])
  assert.match(attention[0]?.text ?? "", /may be missing: the replay id is too old/)
})

test("rejects are counted by fault, with one of them and what to do", async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  await shadow.apply(
    ...[3, 4].map((n) => created("Product2", product(n, before(5), { StockKeepingUnit: null }), before(5))),
    created("PricebookEntry", price(5, 1, before(5), { UnitPrice: 1e11 }), before(5)),
  )
  const { attention, snapshot } = await statusOf(url)
  const warnings = lines(attention).filter((line) => line.startsWith("warning"))
  assert.deepEqual(warnings, [
    "warning: PricebookEntry has records that cannot be stored | npm run sf-shadow -- rejects --retry | select add_job('retry_rejects');",
    "warning: Product2 has records that cannot be stored | npm run sf-shadow -- rejects --retry | select add_job('retry_rejects');",
  ])
  assert.deepEqual(
    snapshot?.rejects.map(({ object, sqlstate, records, reason }) => ({ object, sqlstate, records, reason })),
    [
      {
        object: "Product2",
        sqlstate: "23502",
        records: 2,
        reason: "required field StockKeepingUnit is empty",
      },
      {
        object: "PricebookEntry",
        sqlstate: "22003",
        records: 1,
        reason: "UnitPrice has more digits or decimals than its column",
      },
    ],
  )
})

test("a job out of attempts is shown with its error, and how to queue it again where operators may", async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  await shadow.all(`select sf_shadow_worker.add_job(task, '{"object":"Product2"}', job_key => task || ':' || about)
    from (values ('backfill', 'Product2'), ('events_to_shadow', '1'), ('verify', 'all')) job (task, about)`)
  await shadow.all(
    "update sf_shadow_worker._private_jobs set attempts = max_attempts, last_error = 'fetch failed'",
  )
  const { attention } = await statusOf(url)
  assert.deepEqual(lines(attention).sort(), [
    `warning: The job backfill:Product2 failed and is out of attempts | select add_job('backfill', '{"object":"Product2"}');`,
    "warning: The job events_to_shadow:1 failed and is out of attempts",
    "warning: The job verify:all failed and is out of attempts | select add_job('verify');",
  ])
  assert.equal(attention[0]?.text, "fetch failed")
})

test("a stream that stands still, a dead cache consumer and a used up budget are named with their reason", async (t) => {
  const shadow = await freshShadow()
  const down = () => Promise.reject(new Error("login host unreachable"))
  const probes = [{ name: "salesforce", required: false, ask: down }]
  const { url } = await startPage(t, shadow.url, { probes })
  await shadow.all(
    "update sf_shadow.stream set problem = 'UNAVAILABLE: no route', problem_since = now() - interval '2 minutes'",
  )
  await shadow.all(`insert into sf_shadow.invalidation_consumer (consumer, object, seq, system_identifier, timeline, cache_identity, seen_at)
    select 'shop''s cache', o.object, 0, 1, 1, 'x', now() - interval '1 hour' from sf_shadow.object o`)
  await shadow.all(
    "update sf_shadow.api_usage set used = 85, max = 100, observed_at = now() where limit_name = 'DailyApiRequests'",
  )
  t.after(() => shadow.all("update sf_shadow.api_usage set used = 0, max = 0, observed_at = '-infinity'"))
  const { attention } = await statusOf(url)
  assert.deepEqual(lines(attention), [
    "problem: The stream /data/ChangeEvents stands still",
    "warning: The check of salesforce fails in this process",
    "warning: The API budget holds back calls: DailyApiRequests",
    "warning: The cache consumer shop's cache is dead | delete from sf_shadow.invalidation_consumer where consumer = 'shop''s cache';",
  ])
  assert.equal(attention[0]?.text, "UNAVAILABLE: no route")
  assert.equal(attention[1]?.text, "login host unreachable")
  assert.match(attention[2]?.text ?? "", /load at 80 %/)
})

test("every command of SQL that the page shows can be run as it stands", async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  await shadow.all("update sf_shadow.object set enabled = false where object = 'Account'")
  t.after(() => shadow.all("update sf_shadow.object set enabled = true"))
  await shadow.all("select sf_shadow._open_hole('Product2', now() - interval '1 hour', now(), 'a test')")
  for (const [object, kind, byFuse] of [
    ["PricebookEntry", "full", true],
    ["Product2", "ids", false],
  ] as const) {
    const runId = await startRun(shadow, object, kind, { from: before(60), expected: 2 })
    await endRun(shadow, runId, { byFuse })
  }
  await shadow.apply(created("Product2", product(3, before(5), { StockKeepingUnit: null }), before(5)))
  await shadow.all(`insert into sf_shadow.invalidation_consumer (consumer, object, seq, system_identifier, timeline, cache_identity, seen_at)
    values ('shop''s \\cache', 'Product2', 0, 1, 1, 'x', now() - interval '1 hour')`)
  const { attention } = await statusOf(url)
  const commands = attention.flatMap(({ remedies }) => remedies.filter((remedy) => remedy.in === "psql"))
  assert.ok(commands.length >= 6, JSON.stringify(commands))
  for (const { text } of commands) await shadow.all(text)
  const [left] = await shadow.all<{ consumers: number; disabled: number }>(
    `select (select count(*) from sf_shadow.invalidation_consumer) as consumers,
       (select count(*) from sf_shadow.object where not enabled) as disabled`,
  )
  assert.deepEqual(left, { consumers: 0, disabled: 0 })
})

test("rows that had been silently wrong are said, with how to compare every one", async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  await shadow.all(
    "insert into sf_shadow.verification (object, kind, compared, drift) values ('Account', 'sample', 1000, 3)",
  )
  const { headline, attention } = await statusOf(url)
  assert.equal(headline.text, "Account had been silently wrong.")
  assert.deepEqual(lines(attention), [
    "problem: Account had been silently wrong | npm run sf-shadow -- verify Account --all",
  ])
  assert.match(attention[0]?.text ?? "", /found 3 records that differed/)
})

test("a database that was never reached is named by host and name, never by its password", async (t) => {
  const { url } = await startPage(t, "postgres://sync:s3cr3t@127.0.0.1:1/shop")
  const status = await statusOf(url)
  assert.deepEqual(status.headline, { tone: "problem", text: "The database does not answer." })
  assert.equal(
    status.fault?.message,
    "DATABASE_URL: the database at 127.0.0.1:1/shop refused the connection. Is Postgres running there?",
  )
  assert.ok(Date.now() - Date.parse(status.fault?.since ?? "") < 5_000)
  assert.equal(status.snapshot, null)
  assert.doesNotMatch(JSON.stringify(status), /s3cr3t|sync/)
})
