import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { asRead } from "../harness/records.ts"
import { startReading } from "../reader/reading.ts"

const reading = await startReading()
const { readerPool, seeded } = reading
const [first, second] = seeded.accounts as [string, string]

beforeEach(async () => {
  await reading.pool.query("delete from sf_shadow.refresh_request")
})

async function refresh(object: string, ids: string[]): Promise<number> {
  const { rows } = await readerPool.query<{ count: string }>(
    "select public.sf_shadow_refresh(of_object => $1, record_ids => $2) as count",
    [object, ids],
  )
  return Number(rows[0]?.count)
}

test("records asked for are requested once, and one job waits for them", async () => {
  assert.equal(await refresh("Account", [first, second, first]), 2)
  assert.equal(await refresh("Account", [first]), 1)
  assert.deepEqual(await reading.requested("Account"), [first, second].sort())
  const { rows } = await reading.pool.query("select task_identifier from sf_shadow_worker.jobs")
  assert.deepEqual(
    rows.map(({ task_identifier }) => task_identifier),
    ["records_to_shadow"],
  )
})

test("a record is not read again before what is known of it is visible to a query (rule 6)", async () => {
  await refresh("Account", [first])
  const { rows } = await reading.pool.query(
    `select q.not_before >= r.read_to + s.margin as late_enough
     from sf_shadow.refresh_request q cross join sf_shadow.setting s
     join public.sf_account_eligibility_shadow a on a.account_id = q.record_id
     join sf_shadow.read r on r.read_id = a.read_id`,
  )
  assert.deepEqual(rows, [{ late_enough: true }])
})

test("a record that cannot be stored is not asked for: another read would bring the same", async () => {
  await reading.pool.query(
    "insert into sf_shadow.reject (object, record_id, since, known_until, sqlstate, reason, payload) values ('Account', $1, now(), now(), '22003', 'test', '')",
    [second],
  )
  assert.equal(await refresh("Account", [first, second]), 1)
  assert.deepEqual(await reading.requested("Account"), [first])
  await reading.pool.query("delete from sf_shadow.reject")
})

test("what is no id, too much, or not mirrored is refused", async () => {
  await assert.rejects(refresh("Account", ["001'; drop"]), { code: "22023" })
  await assert.rejects(
    refresh(
      "Account",
      Array.from({ length: 1_001 }, () => first),
    ),
    { code: "22023" },
  )
  await assert.rejects(refresh("Opportunity", [first]), { code: "SF010" })
})

test("a read-only transaction, as on a replica, asks for nothing and does not fail", async () => {
  const client = await readerPool.connect()
  try {
    await client.query("begin read only")
    await client.query("select public.sf_shadow_refresh('Account', $1)", [[first]])
    const { rows } = await client.query(
      "select row_held ->> 'account_id' as id from public.sf_shadow_records_to_rows('Account', $1)",
      [JSON.stringify([asRead("Account", { Id: first, SystemModstamp: "2026-11-23T10:00:00.000+0000" })])],
    )
    assert.deepEqual(rows, [{ id: first }])
    await client.query("commit")
  } finally {
    client.release()
  }
  assert.deepEqual(await reading.requested("Account"), [])
})
