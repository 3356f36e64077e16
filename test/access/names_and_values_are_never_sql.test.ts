import assert from "node:assert/strict"
import { before, test } from "node:test"
import pg from "pg"
import { Outbox } from "../../src/invalidations_to_redis/outbox.ts"
import { createReader, MalformedKeyError } from "../../src/reader/index.ts"
import { endsWith } from "../harness/command.ts"
import { event, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

/** What would show that a text was run: a role that only such a text makes. No dot: dotted fields are a parent's. */
const hostile = [
  `x'); create role injected_by_a_test; --`,
  `x"; create role injected_by_a_test; --`,
  `x$$; create role injected_by_a_test; --`,
  `x\\'; create role injected_by_a_test; --`,
  `x%I'; create role injected_by_a_test; /*`,
]

let shadow: Shadow
before(async () => {
  shadow = await Shadow.openAnother()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
})

async function assertNotRun(what: string): Promise<void> {
  const found = await shadow.all("select from pg_roles where rolname = 'injected_by_a_test'")
  assert.equal(found.length, 0, `${what} was run as SQL`)
}

/** Works, or is refused by a rule of ours or of Postgres: but never a syntax error, which a torn quotation would be. */
async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: { code?: string; message: string }) => {
    assert.notEqual(error.code, "42601", `${what}: ${error.message}`)
  })
  await assertNotRun(what)
}

test("the proof would see it: the same text, run, makes the role", async () => {
  await shadow.pool.query("select length('x'); create role injected_by_a_test; --')")
  await assert.rejects(assertNotRun("this"), /this was run as SQL/)
  await shadow.pool.query("drop role injected_by_a_test")
})

for (const [n, text] of hostile.entries()) {
  test(`object, table, column, field and topic named ${text}`, async () => {
    const name = pg.escapeIdentifier(text)
    await shadow.pool.query(
      `create table public.${name} (${name} text primary key, ${pg.escapeIdentifier(`v ${text}`)} text, updated_at timestamptz not null,
         raw_payload jsonb not null, synced_at timestamptz not null, system_modstamp timestamptz, read_id bigint,
         commit_timestamp timestamptz, commit_number bigint, sequence_number integer)`,
    )
    await shadow.pool.query(
      `insert into sf_shadow.object (object, shadow_table, key_column, topic, query_only_fields)
       values ($1, $1, $1, $1, '{SystemModstamp,IsDeleted}')`,
      [text],
    )
    await shadow.pool.query("insert into sf_shadow.object_state (object) values ($1)", [text])
    await shadow.pool.query(
      "insert into sf_shadow.field (object, field, column_name, required, default_value) values ($1, $1, $2, true, $1)",
      [text, `v ${text}`],
    )
    const fields = [
      ...["Id", text].map((field) => ({ name: field, type: "text" })),
      { name: "SystemModstamp", type: "datetime" },
      { name: "IsDeleted", type: "boolean" },
    ]
    await shadow.describe(text, fields)
    const id = "a0B000000000001AAA"
    const record = { Id: id, SystemModstamp: "2026-11-23T10:00:00.000Z", IsDeleted: false, [text]: text }
    await shadow.read(text as "Product2", [record], { from: 20 })
    const [row] = await shadow.all<{ key: string; value: string }>(
      `select ${name} as key, ${pg.escapeIdentifier(`v ${text}`)} as value from public.${name}`,
    )
    assert.deepEqual(row, { key: id, value: text }, "it is stored as any other name and value")
    await shadow.pool.query("select sf_shadow.ensure_stream($1, array[$1])", [text])
    for (const call of [
      "select sf_shadow.fields_to_columns($1)",
      "select sf_shadow.sample_ids($1, 5)",
      "select * from sf_shadow.clear_cache($1)",
      "select sf_shadow.retry_rejects($1)",
      "select * from sf_shadow_freshness($1, array[$1])",
      "select * from sf_shadow_mapping($1)",
      "select * from sf_shadow_records_to_rows($1, '[]')",
      "select * from sf_shadow_refresh($1, array[$1])",
      "select sf_shadow_pause($1)",
      "select sf_shadow_resume($1)",
      "select * from sf_shadow_invalidations($1, 0)",
      "select sf_shadow.start_run($1, 'full', $1)",
      "select sf_shadow.replay_stream($1, null)",
      "select add_job('backfill', jsonb_build_object('object', $1::text))",
      "select sf_shadow.claim_organization($1, $1)",
    ]) {
      await attempt(`${call} of ${text}`, () => shadow.pool.query(call, [text]))
    }
    await shadow.apply({
      ...event("Product2", "UPDATE", id, 60, { [text]: `new ${text}` }),
      object: text as "Product2",
    })
    await assertNotRun(`an event of ${text}`)
  })

  test(`ids, consumers, payloads and arguments that are ${text}`, async () => {
    const values = { Name: text, Description: text, Internet_Plan_Tier__c: text }
    await shadow.read("Product2", [{ ...product(10 + n, 0), ...values }], { from: 20 })
    assert.equal((await shadow.row("Product2", productId(10 + n)))?.name, text)
    await shadow.apply(event("Product2", "UPDATE", productId(1), 60, { ...values, [text]: text }))
    await shadow.apply(event("Product2", "UPDATE", text.padEnd(18).slice(0, 18), 61, values))
    await assertNotRun("a payload")
    const outbox = new Outbox(shadow.pool, text)
    await attempt("a consumer", async () => {
      await outbox.join(["Product2", text], text)
      await outbox.noteProblem(text)
      await outbox.acknowledge(new Map([[text, 1]]))
    })
    const reader = createReader({ pool: shadow.pool })
    for (const read of [
      () => reader.productBySku(text),
      () => reader.catalog({ itemClass: text }),
      () => shadow.pool.query("select * from sf_price($1, $1, $1)", [text]),
      () => shadow.pool.query("select * from sf_account_eligibility($1)", [text]),
      () => shadow.pool.query("select add_job($1)", [text]),
    ]) {
      await attempt(`a reader asked for ${text}`, read)
    }
    await assert.rejects(reader.product(text), MalformedKeyError)
    await assert.rejects(reader.eligibility(text), MalformedKeyError)
    await reader.close()
  })
}

test("the same as arguments of commands", async () => {
  const [text = ""] = hostile
  const environment = { DATABASE_URL: shadow.url }
  for (const args of [
    ["pause", `${text}?`],
    ["rejects", `${text}?`],
    ["reapply", `${text}?`, "--since", "2026-11-23"],
    ["cache", "clear", "--object", `${text}?`],
    ["replay", "--topic", `${text}?`, "--from", "earliest"],
  ]) {
    const { stderr } = await endsWith(2, args, environment)
    assert.match(stderr, /is not mirrored|: not mirrored|no stream follows/)
    await assertNotRun(args.join(" "))
  }
})
