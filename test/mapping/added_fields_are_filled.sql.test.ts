import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, at, describes, event, product, productId } from "../harness/records.ts"
import {
  completeJob,
  createJob,
  endRun,
  finishRun,
  mergePage,
  queueRun,
  readRun,
  runThrough,
  startRun,
} from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"
import {
  accountFields,
  addFields,
  describe,
  jobs,
  productFields,
  waitingOf,
  waits,
  withPhone,
} from "./added_fields.ts"

test("a column is null, and its object says so, until a load has filled it that began after all that was stored without it", async () => {
  const shadow = await withPhone()
  assert.equal((await shadow.row("Account", accountId(1)))?.phone, null)
  assert.deepEqual(await waitingOf(shadow, "Account"), [waits, 0])
  const [answer] = await shadow.all<{ record: { phone: null }; is_stale: boolean; reason: string }>(
    "select (a).* from (select sf_shadow_record('Account', $1, '100 years') as a) a",
    accountId(1),
  )
  assert.deepEqual([answer?.record.phone, answer?.is_stale, answer?.reason], [null, false, waits])

  // One that may not show what was committed shortly before second 100 yet.
  const phones = [
    account(1, 0, { Phone: "1" }),
    account(2, 90, { Internet_Eligibility__c: "None", Phone: "2" }),
  ]
  await runThrough(shadow, "Account", "full", phones, { from: 109 })
  assert.deepEqual(await waitingOf(shadow, "Account"), [waits, 0])
  assert.ok((await jobs(shadow)).some(({ key }) => key === "fill:Account"))
  await runThrough(shadow, "Account", "full", phones, { from: 111 })
  assert.deepEqual(await waitingOf(shadow, "Account"), [null, 0])
  assert.deepEqual(await shadow.all("select phone from sf_account_eligibility_shadow order by account_id"), [
    { phone: "1" },
    { phone: "2" },
  ])
})

test("an event that was stored without the field, and is folded after a read that may not have seen it, ends right", async () => {
  const shadow = await withPhone()
  await shadow.lead()
  // Committed at 99 with a phone that nobody stored; read at 101, when it was not visible yet.
  await shadow.read("Account", [account(1, 0, { Phone: "old" })], { from: 101 })
  await shadow.apply(event("Account", "UPDATE", accountId(1), 99, { Internet_Eligibility__c: "Fibre" }))
  assert.equal((await shadow.row("Account", accountId(1)))?.phone, "old")
  assert.deepEqual(await waitingOf(shadow, "Account"), [waits, 0])
  await runThrough(
    shadow,
    "Account",
    "full",
    [account(1, 99, { Phone: "new" }), account(2, 90, { Internet_Eligibility__c: "None", Phone: null })],
    { from: 111 },
  )
  assert.deepEqual(await waitingOf(shadow, "Account"), [null, 0])
  assert.equal((await shadow.all("select from sf_shadow.dirty where object = 'Account'")).length, 1)
  // Which of the two reads is the later one nobody knows: it is read again.
  await shadow.read("Account", [account(1, 99, { Phone: "new" })], { from: 140 })
  assert.equal((await shadow.row("Account", accountId(1)))?.phone, "new")
  assert.deepEqual(await waitingOf(shadow, "Account"), [null, 0])
})

test("an event that tells the field while the load that fills it is read is not taken back by the load's page", async () => {
  const shadow = await withPhone()
  await shadow.lead()
  await shadow.apply(event("Account", "UPDATE", accountId(1), 115, { Phone: "new" }))
  await shadow.apply(event("Account", "UPDATE", accountId(2), 115, { Phone: null }))
  // The load's query looked at 114.
  await runThrough(
    shadow,
    "Account",
    "full",
    [
      account(1, 0, { Phone: "old" }),
      account(2, 90, { Internet_Eligibility__c: "None", Phone: "gone meanwhile" }),
    ],
    { from: 111, to: 120 },
  )
  assert.deepEqual(await waitingOf(shadow, "Account"), [null, 0])
  assert.deepEqual(await shadow.all("select phone from sf_account_eligibility_shadow order by account_id"), [
    { phone: "new" },
    { phone: null },
  ])
  assert.equal((await shadow.all("select from sf_shadow.dirty where object = 'Account'")).length, 2)
})

test("what the leader from before would store without the field is refused; events carry it from then on", async () => {
  const shadow = await withPhone()
  const late = event("Account", "UPDATE", accountId(1), 120, { Phone: "from an event" })
  await assert.rejects(shadow.publish(late), { code: "SF004" })
  await shadow.lead()
  await shadow.apply(late)
  assert.equal((await shadow.row("Account", accountId(1)))?.phone, "from an event")
  // A load from before does not take it back, and one from after leaves it.
  await runThrough(
    shadow,
    "Account",
    "full",
    [account(1, 120, { Phone: "from an event" }), account(2, 90, { Internet_Eligibility__c: "None" })],
    { from: 140 },
  )
  assert.equal((await shadow.row("Account", accountId(1)))?.phone, "from an event")
})

/** In how many seconds the load that fills columns begins, to the nearest 10; null where none is queued. */
async function fillWaits(shadow: Shadow): Promise<number | null> {
  const [job] = await shadow.all<{ seconds: number }>(
    "select round(extract(epoch from run_at - now()), -1)::int as seconds from sf_shadow_worker.jobs where key = 'fill:Account'",
  )
  return job?.seconds ?? null
}

test("no load after load is begun for a field that the org does not show to them, until it does", async () => {
  const shadow = await Shadow.openAnother()
  await addFields(shadow.pool, { object: "Account", fields: ["Phone"] }, accountFields)
  await shadow.pool.query("update sf_shadow.field set unfilled_until = $1 where unfilled_until is not null", [
    at(100),
  ])
  const requeue = async () => {
    await shadow.all("delete from sf_shadow_worker._private_jobs")
    await shadow.all("select sf_shadow.requeue_forgotten()")
    return fillWaits(shadow)
  }
  // The load is what describes it.
  assert.equal(await requeue(), 0)
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 109 })
  assert.equal(await requeue(), 0, "it began too early")
  await shadow.all("delete from sf_shadow_worker._private_jobs")
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 111 })
  assert.equal(await fillWaits(shadow), null)
  assert.equal(await requeue(), null)
  assert.match(String((await waitingOf(shadow, "Account"))[0]), /phone/)
  await describe(shadow)
  assert.equal(await requeue(), 0)
})

test("a load for added columns that fails, or is canceled, is begun anew after an hour; none for a paused object", async () => {
  const shadow = await withPhone()
  const requeue = async () => {
    await shadow.all("delete from sf_shadow_worker._private_jobs")
    await shadow.all("select sf_shadow.requeue_forgotten()")
    return fillWaits(shadow)
  }
  assert.equal(await requeue(), 0)
  await endRun(shadow, await queueRun(shadow, "Account", "full"), { byFuse: true })
  assert.equal(await requeue(), 3600)
  await shadow.all("select sf_shadow_pause('Account')")
  assert.equal(await requeue(), null)
  await shadow.all("select sf_shadow_resume('Account')")
  await runThrough(shadow, "Account", "full", [account(1, 0), account(2, 90)], { from: 105 })
  assert.equal(await requeue(), 0, "the last one was complete, but too early")
})

test("a field that this user may not read any more while a load is merged is not filled by it, also where it returns", async () => {
  for (const returns of [false, true]) {
    const shadow = await withPhone()
    await shadow.all("delete from sf_shadow_worker._private_jobs")
    const load = await startRun(shadow, "Account", "full", { from: 111, expected: 2 })
    await shadow.describe("Account", describes.Account)
    const pages = [
      account(1, 0, { Phone: "1" }),
      account(2, 90, { Internet_Eligibility__c: "None", Phone: "2" }),
    ]
    await mergePage(shadow, load, 1, pages)
    if (returns) await describe(shadow)
    await shadow.all("select sf_shadow.finish_run($1, 2)", load)
    assert.equal((await shadow.row("Account", accountId(1)))?.phone, null)
    assert.deepEqual(await waitingOf(shadow, "Account"), [waits, 0])
    assert.equal((await fillWaits(shadow)) !== null, returns)
    if (!returns) await describe(shadow)
    await shadow.all("delete from sf_shadow_worker._private_jobs")
    await shadow.all("select sf_shadow.requeue_forgotten()")
    assert.notEqual(await fillWaits(shadow), null)
  }
})

test("a delta that was begun before the org's new field was described does not blank it after the load that has filled it", async () => {
  const shadow = await Shadow.openAnother()
  await runThrough(shadow, "Account", "full", [account(1, 0)], { from: 20 })
  await addFields(shadow.pool, { object: "Account", fields: ["Phone"] }, accountFields)
  await shadow.pool.query("update sf_shadow.field set unfilled_until = $1 where unfilled_until is not null", [
    at(100),
  ])
  // A poll does not describe.
  const delta = await queueRun(shadow, "Account", "delta")
  await createJob(shadow, delta, { from: 105 })
  await describe(shadow)
  await runThrough(shadow, "Account", "full", [account(1, 0, { Phone: "1" })], { from: 111 })
  assert.deepEqual(await waitingOf(shadow, "Account"), [null, 0])
  assert.equal((await readRun(shadow, delta)).state, "queued")
  await createJob(shadow, delta, { from: 140, job: "751" })
  await completeJob(shadow, delta, { to: 160, expected: 1, job: "751" })
  await mergePage(shadow, delta, 2, [account(1, 150, { Phone: "1" })])
  assert.equal((await shadow.row("Account", accountId(1)))?.phone, "1")
})

test("an object that keeps every field has them filled from raw_payload, without a load", async () => {
  const shadow = await Shadow.openAnother()
  await runThrough(shadow, "Product2", "full", [product(1, 0, { Description: "one" }), product(2, 0)], {
    from: 20,
  })
  // From which on the object claims to be right for everything before.
  await shadow.apply(event("Product2", "UPDATE", productId(2), 200, { Name: "told" }))
  const { epoch } = shadow
  const plan = await addFields(shadow.pool, { object: "Product2", fields: ["Description"] }, productFields)
  assert.equal(plan.filled_from, "raw_payload")
  assert.deepEqual(
    (await jobs(shadow)).map(({ key }) => key).filter((key) => key.startsWith("fill")),
    ["fill_fields:Product2"],
  )
  // Read again before it is filled: no drift.
  const again = { from: 260 }
  assert.equal((await shadow.read("Product2", [product(1, 0, { Description: "one" })], again)).drift, 0)
  await shadow.pool.query("select sf_shadow.fill_fields('Product2')")
  assert.equal((await waitingOf(shadow, "Product2"))[0], null)
  assert.equal((await shadow.row("Product2", productId(1)))?.description, "one")
  assert.deepEqual(await shadow.all("select from sf_shadow.stream where epoch = $1", epoch), [{}])
  assert.ok(!(await jobs(shadow)).some(({ key }) => key === "fill:Product2"))
})

test("where raw_payload lacks the field in some rows, a load fills the column", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.read("Product2", [product(1, 0), product(2, 0)], { from: 20 })
  await shadow.pool.query(
    "update sf_product_shadow set raw_payload = raw_payload - 'Description' where product_id = $1",
    [productId(2)],
  )
  await addFields(shadow.pool, { object: "Product2", fields: ["Description"] }, productFields)
  await shadow.pool.query("select sf_shadow.fill_fields('Product2')")
  assert.match(String((await waitingOf(shadow, "Product2"))[0]), /description/)
  assert.ok((await jobs(shadow)).some(({ key }) => key === "fill:Product2"))
})

test("a read that was asked for without the field is refused, and a load's job made anew", async () => {
  const shadow = await Shadow.openAnother()
  await describe(shadow)
  const loading = await startRun(shadow, "Account", "full", { from: 20, expected: 2 })
  await mergePage(shadow, loading, 1, [account(1, 0)], "2")
  const queued = await queueRun(shadow, "PricebookEntry", "full")
  const before = await shadow.all<{ fields: string[] }>("select sf_shadow.load_fields('Account') as fields")
  await addFields(shadow.pool, { object: "Account", fields: ["Phone"] }, accountFields)
  const renewed = await readRun(shadow, loading)
  assert.deepEqual([renewed.state, renewed.received], ["queued", 0])
  assert.ok((await jobs(shadow)).some(({ key }) => key === "abort_bulk_job:750"))
  assert.equal((await readRun(shadow, queued)).state, "queued")
  const [made] = await shadow.all(
    "select sf_shadow.await_job($1, '751', $2, now()) as is_done",
    loading,
    before[0]?.fields,
  )
  assert.deepEqual(made, { is_done: false })
  await createJob(shadow, loading, { from: 130, job: "752" })

  const client = await shadow.pool.connect()
  try {
    await client.query("begin")
    await client.query("select sf_shadow.json_to_page($1, $2::jsonb)", [
      before[0]?.fields,
      JSON.stringify([account(1, 0)]),
    ])
    await assert.rejects(
      client.query("select sf_shadow.merge_records('Account', $1)", [
        await shadow.readId("Account", { from: 50 }, client),
      ]),
      { code: "SF015", message: "records of Account were read without Phone, which is mapped now" },
    )
  } finally {
    await client.query("rollback")
    client.release()
  }
  // A reader's question, too: absent would pass for empty.
  await assert.rejects(
    shadow.pool.query("select * from sf_shadow_records_to_rows('Account', $1)", [
      JSON.stringify([account(1, 0)]),
    ]),
    { code: "SF015" },
  )
})

test("a load by REST under way asks anew, and by the fields that it asks for then it fills the column", async () => {
  const shadow = await Shadow.openAnother()
  await describe(shadow)
  const records = [account(1, 0, { Phone: "1" }), account(2, 0, { Phone: "2" })]
  const loading = await queueRun(shadow, "Account", "full")
  const answer = (from: number) =>
    shadow.all(
      "select sf_shadow.begin_rest($1, sf_shadow.load_fields('Account'), $2, $2, 2)",
      loading,
      at(from),
    )
  await answer(20)
  await mergePage(shadow, loading, 1, records.slice(0, 1), "/next")
  await addFields(shadow.pool, { object: "Account", fields: ["Phone"] }, accountFields)
  const { state, pages } = await readRun(shadow, loading)
  assert.equal(state, "queued")
  await shadow.all("update sf_shadow.field set unfilled_until = $1 where unfilled_until is not null", at(100))
  await answer(130)
  await mergePage(shadow, loading, pages + 1, records)
  await finishRun(shadow, loading, 2)
  assert.deepEqual(await waitingOf(shadow, "Account"), [null, 0])
})
