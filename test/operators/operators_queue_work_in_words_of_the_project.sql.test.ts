import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import pg from "pg"
import { transaction } from "../../src/postgres/transaction.ts"
import { Shadow } from "../harness/shadow.ts"

interface Job {
  id: number
  payload: unknown
}

function jobs(shadow: Shadow): Promise<Job[]> {
  return shadow.all<Job>("select id, payload from sf_shadow_worker._private_jobs order by id")
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

const stream = "insert into sf_shadow.stream (topic) values ('/data/Product2ChangeEvent')"

const withTopic: [string, object][] = [
  [
    `select add_job('replay', '{"topic":"/data/Product2ChangeEvent","from":"earliest"}')`,
    { topic: "/data/Product2ChangeEvent", from: "earliest" },
  ],
  [
    `select add_job('replay', '{"topic":"/data/Product2ChangeEvent","from":"00000000001790510000"}')`,
    { topic: "/data/Product2ChangeEvent", from: "00000000001790510000" },
  ],
  [
    `select add_job('reapply', '{"object":"Account","since":"2026-11-23T10:00:00Z"}')`,
    { object: "Account", since: "2026-11-23T10:00:00Z" },
  ],
  [`select add_job('verify', '{"object":"Account","sample":5000}')`, { object: "Account", sample: 5000 }],
  [`select add_job('retry_rejects')`, {}],
  [`select add_job('clear_cache', '{"object":"Product2"}')`, { object: "Product2" }],
  [`select add_job('maintain')`, {}],
  // What was checked is what is queued.
  [`select add_job('backfill', '{"object":"Contact","object":"Account"}')`, { object: "Account" }],
]

for (const [statement, payload] of withTopic) {
  test(`${statement} queues it`, async () => {
    const shadow = await Shadow.open()
    await shadow.all(stream)
    await shadow.all(statement)
    assert.deepEqual(
      (await jobs(shadow)).map((job) => job.payload),
      [payload],
    )
  })
}

const anyone = "'backfill', '{\"object\":"
const refused: [string, RegExp][] = [
  [`select add_job('add_object', '{"object":7}')`, /not mirrored/],
  [`select add_job('add_object', '{"object":"Contact","fields":"LastName"}')`, /"fields" must be a list/],
  [`select add_job('add_object', '{"object":"Contact","fields":[1]}')`, /"fields" must be a list of names/],
  [`select add_job('add_object', '{"object":"Contact","table":1}')`, /"table" and "parent" must be names/],
  [`select add_job('add_object', '{"object":"Contact","keep":"some"}')`, /"keep" must be mapped or all/],
  [`select add_job('add_object', '{"object":"Contact","colour":"x"}')`, /knows "object" and "fields" and/],
  [
    `select add_job('add_object', '{"object":"Contact","where":{"IsActive":true}}')`,
    /"where" must be a condition in SOQL/,
  ],
  [`select add_job('add_object', '{"object":"Contact","history":"yes"}')`, /"history" must be true or false/],
  [`select add_job('keep_history', '{"object":"Account"}')`, /keep_history needs "object" and "history"/],
  [`select add_job('keep_history', '{"object":"Account","history":1}')`, /"history" must be true or false/],
  [`select add_job('keep_history', '{"object":"Contact","history":true}')`, /'Contact' is not mirrored/],
  [`select add_job('remove_object', '{"object":"Contact"}')`, /'Contact' is not mirrored/],
  [`select add_job('remove_object', '{"object":"Account","drop_data":1}')`, /"drop_data" must be true/],
  [`select add_job('drop_everything')`, /no task 'drop_everything'/],
  [`select add_job('events_to_shadow', '{"stream_id":1}')`, /no task/],
  [`select add_job('watch_workers')`, /no task/],
  [`select add_job('BACKFILL')`, /no task 'BACKFILL'/],
  [`select add_job('backfill; drop table x')`, /no task/],
  [`select add_job(null)`, /no task null/],
  [`select add_job(repeat('x', 100000))`, /^there is no task 'x{60}'$/],
  [`select add_job(${anyone}"Contact"}')`, /'Contact' is not mirrored/],
  [`select add_job(${anyone}17}')`, /'17' is not mirrored/],
  [`select add_job(${anyone}["Product2"]}')`, /not mirrored/],
  [`select add_job(${anyone}""}')`, /'' is not mirrored/],
  [`select add_job(${anyone}"Product2; --"}')`, /'Product2; --' is not mirrored/],
  [`select add_job(${anyone}true}')`, /'true' is not mirrored/],
  [`select add_job(${anyone}{}}')`, /'\{\}' is not mirrored/],
  [`select add_job('backfill', '{"objects":"Product2"}')`, /knows "object" and "force", not/],
  [`select add_job('backfill', '{"object":"Product2","force":"yes"}')`, /"force" must be true or false/],
  [`select add_job('backfill', '{"force":null}')`, /"force" must be true or false/],
  [
    `select add_job('backfill', '{"object":"Product2","remaining":["Account"]}')`,
    /knows "object" and "force"/,
  ],
  [`select add_job('maintain', '{"object":"Product2"}')`, /knows no key/],
  [`select add_job('backfill', '["Product2"]')`, /must be a JSON object/],
  [`select add_job('backfill', '"Product2"')`, /must be a JSON object/],
  [`select add_job('backfill', '17')`, /must be a JSON object/],
  [`select add_job('backfill', 'null')`, /must be a JSON object/],
  [`select add_job('backfill', '{object:Product2}')`, /not JSON: \{object:Product2\}/],
  [`select add_job('backfill', '')`, /not JSON/],
  [`select add_job('backfill', '{"object":"a\\u0000b"}')`, /not JSON that Postgres can store/],
  [
    `select add_job('backfill', json_build_object('object', repeat('x', 3000)))`,
    /bytes, and 2000 are the most/,
  ],
  [`select add_job('backfill', '{' || repeat(' ', 10000000) || '}')`, /bytes, and 2000 are the most/],
  [`select add_job('records_to_shadow')`, /needs "object"/],
  [`select add_job('records_to_shadow', '{"object":null}')`, /needs "object"/],
  [`select add_job('verify', '{"sample":0}')`, /"sample" must be a whole number/],
  [`select add_job('verify', '{"sample":"10"}')`, /"sample" must be a whole number/],
  [`select add_job('verify', '{"sample":1e400}')`, /"sample" must be a whole number/],
  [`select add_job('reapply', '{"object":"Account"}')`, /needs "object" and "since"/],
  [`select add_job('reapply', '{"object":"Account","since":"yesterday"}')`, /"since" must be a time/],
  [`select add_job('reapply', '{"object":"Account","since":"2026-13-01"}')`, /"since" must be a time/],
  [`select add_job('reapply', '{"object":"Account","since":20261101}')`, /"since" must be a time/],
  [`select add_job('replay', '{"topic":"/data/Product2ChangeEvent"}')`, /needs "topic" and "from"/],
  [`select add_job('replay', '{"topic":"/data/Product2ChangeEvent","from":"0"}')`, /"from" must be earliest/],
  [
    `select add_job('replay', '{"topic":"/data/NoSuch","from":"earliest"}')`,
    /no stream follows \/data\/NoSuch/,
  ],
  [
    `select add_job('replay', '{"topic":["/data/Product2ChangeEvent"],"from":"earliest"}')`,
    /no stream follows/,
  ],
]

for (const [statement, message] of refused) {
  test(`${statement} is refused with a hint`, async () => {
    const shadow = await Shadow.open()
    await shadow.all(stream)
    await assert.rejects(shadow.all(statement), (error: Error & { code: string; hint?: string }) => {
      assert.equal(error.code, "SF010", error.message)
      assert.match(error.message, message)
      assert.ok(error.message.length < 250, "the message quotes no more than a beginning")
      assert.ok(error.hint, "a hint says what would be right")
      return true
    })
    assert.deepEqual(await jobs(shadow), [])
  })
}

test("every file of tasks/ is on the list of tasks, and every task of the crontab", async () => {
  const shadow = await Shadow.open()
  const listed = (await shadow.all<{ task: string }>("select task from sf_shadow.task order by task")).map(
    ({ task }) => task,
  )
  const root = join(import.meta.dirname, "../..")
  const files = (await readdir(join(root, "tasks"))).map((file) => file.replace(/\.ts$/, ""))
  assert.deepEqual(listed, files.sort())
  const lines = (await readFile(join(root, "crontab"), "utf8")).matchAll(/^(?:\S+ ){5}(\w+) .*?(\{.*\})$/gm)
  let found = 0
  for (const [line, task, payload] of lines) {
    found++
    const [row] = await shadow.all<{ fits: boolean }>(
      `select not exists (select from jsonb_object_keys($2::jsonb) k where k <> all (t.keys)) as fits
       from sf_shadow.task t where t.task = $1`,
      task,
      payload,
    )
    assert.ok(row?.fits, line)
  }
  assert.ok(found >= 8, `${found} lines`)
})

test("every example of a task is taken, and the hint names all tasks of operators", async () => {
  const shadow = await Shadow.openAnother()
  await shadow.all(stream)
  // One of them is of an object that was added.
  await shadow.all(
    "insert into sf_shadow.object (object, shadow_table, key_column, topic) values ('Contact', 'sf_contact_shadow', 'contact_id', '/data/ContactChangeEvent')",
  )
  const tasks = await shadow.all<{ task: string; example: string }>(
    "select task, example from sf_shadow.task where by_operators order by task",
  )
  for (const { task, example } of tasks) {
    await shadow.all("select add_job($1::text, $2::text)", task, example.split("; ")[0])
  }
  assert.equal((await jobs(shadow)).length, tasks.length)
  const { hint } = (await shadow.all("select add_job('none')").catch((error) => error)) as { hint: string }
  assert.equal(hint, `Tasks: ${tasks.map(({ task }) => task).join(", ")}.`)
})

test("docs/commands.md names no task that operators may not queue", async () => {
  const shadow = await Shadow.open()
  const text = await readFile(join(import.meta.dirname, "../../docs/commands.md"), "utf8")
  const named = new Set([...text.matchAll(/add_job\('(\w+)'/g)].map(([, task]) => task))
  const listed = await shadow.all<{ task: string }>("select task from sf_shadow.task where by_operators")
  assert.ok(named.size >= 6)
  for (const task of named)
    assert.ok(
      listed.some((row) => row.task === task),
      task,
    )
})

test("a paused object is refused with how to end that; its cache may be cleared", async () => {
  const shadow = await Shadow.open()
  await shadow.all("select sf_shadow_pause('Account')")
  try {
    await assert.rejects(shadow.all(`select add_job('backfill', '{"object":"Account"}')`), {
      code: "SF010",
      message: "Account is paused; end that first: select sf_shadow_resume('Account')",
    })
    await shadow.all(`select add_job('clear_cache', '{"object":"Account"}')`)
  } finally {
    await shadow.all("select sf_shadow_resume('Account')")
  }
})

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

test("an operator pauses and resumes an object, a reader may not", async () => {
  const shadow = await Shadow.open()
  for (const statement of ["select sf_shadow_pause('Account')", "select sf_shadow_resume('Account')"]) {
    assert.equal((await as(shadow, "sf_shadow_operator", statement)).length, 1)
    await assert.rejects(as(shadow, "sf_shadow_reader", statement), denied)
  }
  for (const name of ["Contact", "account", "Account'; drop table x; --", ""]) {
    const call = `select sf_shadow_pause(${pg.escapeLiteral(name)})`
    await assert.rejects(as(shadow, "sf_shadow_operator", call), { code: "SF006" })
  }
  await assert.rejects(as(shadow, "sf_shadow_operator", "select sf_shadow_pause(null)"), { code: "SF006" })
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
    "select * from sf_shadow_worker.jobs",
    "select sf_shadow_worker.add_job('backfill')",
  ]
  for (const role of ["sf_shadow_reader", "sf_shadow_operator"]) {
    for (const statement of statements) await assert.rejects(as(shadow, role, statement), denied)
  }
})
