import assert from "node:assert/strict"
import { test } from "node:test"
import { transaction } from "../../../src/postgres/transaction.ts"
import { Shadow } from "../shadow.ts"

interface Job {
  id: number
  payload: unknown
}

function jobs(shadow: Shadow): Promise<Job[]> {
  return shadow.all<Job>("select id, payload from graphile_worker._private_jobs order by id")
}

const forms: [string, object][] = [
  [`select add_job('backfill')`, {}],
  [`select add_job('backfill', '{"object":"Product2"}')`, { object: "Product2" }],
  [`select add_job('backfill', '{"object":"Product2"}'::json)`, { object: "Product2" }],
  [`select add_job('backfill', '{"object":"Product2"}'::jsonb)`, { object: "Product2" }],
  [`select add_job('backfill', '{"object":"Product2"}'::text)`, { object: "Product2" }],
  [
    `select add_job('backfill', json_build_object('object', 'Product2', 'force', true))`,
    { object: "Product2", force: true },
  ],
  [`select add_job('backfill', jsonb_build_object('object', 'Account'))`, { object: "Account" }],
  [`select add_job(identifier => 'backfill', payload => '{"object":null}')`, { object: null }],
  [`select add_job('delta', '{}')`, {}],
  [`select add_job('backfill', null)`, {}],
  [`select add_job('records_to_shadow', '{"object":"Account"}')`, { object: "Account" }],
]

for (const [statement, payload] of forms) {
  test(`${statement} works as written`, async () => {
    const shadow = await Shadow.open()
    const [added] = await shadow.all<{ add_job: number }>(statement)
    const queued = await jobs(shadow)
    assert.deepEqual(queued, [{ id: added?.add_job, payload }])
  })
}

const refused: [string, RegExp][] = [
  [`select add_job('drop_everything')`, /no task 'drop_everything'/],
  [`select add_job('events_to_shadow', '{"stream_id":1}')`, /no task/],
  [`select add_job(null)`, /no task null/],
  [`select add_job('backfill', '{"object":"Contact"}')`, /'Contact' is not mirrored/],
  [`select add_job('backfill', '{"object":17}')`, /'17' is not mirrored/],
  [`select add_job('backfill', '{"object":["Product2"]}')`, /not mirrored/],
  [`select add_job('backfill', '{"objects":"Product2"}')`, /knows only "object" and "force"/],
  [`select add_job('backfill', '{"object":"Product2","force":"yes"}')`, /"force" must be true or false/],
  [`select add_job('backfill', '["Product2"]')`, /must be a JSON object/],
  [`select add_job('backfill', '"Product2"')`, /must be a JSON object/],
  [`select add_job('backfill', 'null')`, /must be a JSON object/],
  [`select add_job('records_to_shadow')`, /needs an object/],
]

for (const [statement, message] of refused) {
  test(`${statement} is refused with a hint`, async () => {
    const shadow = await Shadow.open()
    await assert.rejects(shadow.all(statement), (error: Error & { code: string; hint?: string }) => {
      assert.equal(error.code, "SF010")
      assert.match(error.message, message)
      assert.ok(error.hint, "a hint says what would be right")
      return true
    })
    assert.deepEqual(await jobs(shadow), [])
  })
}

test("one job per task and object waits, however often it is asked for", async () => {
  const shadow = await Shadow.open()
  for (const object of ["Product2", "Product2", "Account"]) {
    await shadow.all("select add_job('backfill', jsonb_build_object('object', $1::text))", object)
  }
  await shadow.all("select add_job('delta', '{\"object\":\"Product2\"}')")
  await shadow.all("select add_job('backfill')")
  await shadow.all("select add_job('backfill', '{}')")
  assert.equal((await jobs(shadow)).length, 4)
})

/** Runs a statement as a member of one role only; what it did is undone. */
async function as(shadow: Shadow, role: string, statement: string): Promise<unknown[]> {
  const undo = new Error("undone")
  let rows: unknown[] = []
  const work = transaction(shadow.pool, async (client) => {
    await client.query(`set local role ${role}`)
    rows = (await client.query(statement)).rows
    throw undo
  })
  await work.catch((error) => {
    if (error !== undo) throw error
  })
  return rows
}

const denied = { code: "42501" }

test("an operator may call it in every form, a reader may not", async () => {
  const shadow = await Shadow.open()
  for (const [statement] of forms) {
    assert.equal((await as(shadow, "sf_shadow_operator", statement)).length, 1)
    await assert.rejects(as(shadow, "sf_shadow_reader", statement), denied)
  }
})

const readable = [
  "sf_product_shadow",
  "sf_pricebook_shadow",
  "sf_account_eligibility_shadow",
  "sf_shadow_lag",
  "sf_shadow_backlog",
  "sf_shadow_run",
  "sf_shadow_reject",
]

test("readers and operators read the shadow tables and views, and write none", async () => {
  const shadow = await Shadow.open()
  for (const role of ["sf_shadow_reader", "sf_shadow_operator"]) {
    for (const relation of readable) await as(shadow, role, `select * from ${relation} limit 1`)
    for (const table of readable.slice(0, 3)) {
      await assert.rejects(as(shadow, role, `delete from ${table}`), denied)
      await assert.rejects(as(shadow, role, `update ${table} set updated_at = now()`), denied)
    }
  }
})

test("the event log is for operators", async () => {
  const shadow = await Shadow.open()
  await as(shadow, "sf_shadow_operator", "select * from sf_shadow_event limit 1")
  await assert.rejects(as(shadow, "sf_shadow_reader", "select * from sf_shadow_event limit 1"), denied)
})

test("neither sees the machinery", async () => {
  const shadow = await Shadow.open()
  const statements = [
    "select * from sf_shadow.dirty",
    "select sf_shadow.retry_rejects()",
    "select * from graphile_worker.jobs",
    "select graphile_worker.add_job('backfill')",
  ]
  for (const role of ["sf_shadow_reader", "sf_shadow_operator"]) {
    for (const statement of statements) await assert.rejects(as(shadow, role, statement), denied)
  }
})
