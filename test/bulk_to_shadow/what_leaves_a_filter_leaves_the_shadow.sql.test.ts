import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { transaction } from "../../src/postgres/transaction.ts"
import { account, accountId, created, event, price, priceId, product } from "../harness/records.ts"
import { finishRun, mergePage, onlyIds, runThrough, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const filter = "Internet_Eligibility__c = 'Fibre'"
const outside = { Internet_Eligibility__c: "None" }
const mayHaveLeft = "a change may have taken it out of the filter"

let shadow: Shadow

/** Accounts 1 to 3 meet the filter, and were loaded by a query that began in second 20. */
beforeEach(async () => {
  shadow = await Shadow.openAnother()
  await shadow.all(
    "update sf_shadow.object set filter = $1, filter_fields = '{Internet_Eligibility__c}' where object = 'Account'",
    filter,
  )
  await runThrough(
    shadow,
    "Account",
    "full",
    [1, 2, 3].map((n) => account(n, 0)),
    { from: 20 },
  )
})

const marks = async () => (await shadow.dirty("Account")).map(({ record_id, reason }) => [record_id, reason])

/** A delta that has brought records, less its last step. */
async function delta(from: number, brought: ReturnType<typeof account>[]): Promise<number> {
  const runId = await startRun(shadow, "Account", "delta", { from, expected: brought.length })
  await mergePage(shadow, runId, 1, brought)
  return runId
}

const compare = (runId: number, ...ids: string[]) =>
  shadow.all<{ marked: number }>("select sf_shadow.compare_changes($1, $2) as marked", runId, ids)

test("an event that touches a field of the filter is folded, and its record is in doubt; no other event makes it so", async () => {
  await shadow.apply(
    event("Account", "UPDATE", accountId(1), 100, outside),
    event("Account", "UPDATE", accountId(2), 100, { Internet_Eligibility_Status__c: "Known" }),
    event("Account", "DELETE", accountId(3), 100),
  )
  assert.deepEqual(await marks(), [[accountId(1), mayHaveLeft]])
  assert.equal((await shadow.row("Account", accountId(1)))?.internet_eligibility, "None")
  assert.equal((await shadow.row("Account", accountId(2)))?.eligibility_source, "Known")
  assert.deepEqual(await shadow.ids("Account"), [accountId(1), accountId(2)])

  // Not shown with the filter, it goes; what comes again is an unknown record, of which a re-read decides.
  await shadow.read("Account", [], { from: 112, missing: [accountId(1)] })
  assert.deepEqual(await shadow.ids("Account"), [accountId(2)])
  assert.ok(
    (await shadow.tombstones("Account")).some(
      ({ record_id, proven }) => record_id === accountId(1) && proven,
    ),
  )
  await shadow.clearMarks("Account")
  await shadow.apply(event("Account", "UPDATE", accountId(1), 200, { Internet_Eligibility__c: "Fibre" }))
  assert.deepEqual(await shadow.ids("Account"), [accountId(2)])
  assert.deepEqual(await shadow.dirtyIds("Account"), [accountId(1)])
  await shadow.read("Account", [account(1, 200)], { from: 212 })
  assert.deepEqual(await shadow.ids("Account"), [accountId(1), accountId(2)])
})

test("a gap event, and one that cannot be ordered, may have taken it out too: the fuse does not count what is gone then", async () => {
  await shadow.all("update sf_shadow.setting set fuse_rows = 1")
  await shadow.apply(event("Account", "UPDATE", accountId(2), 200, { Internet_Eligibility_Status__c: "x" }))
  await shadow.apply(
    event("Account", "GAP_UPDATE", accountId(1), 300),
    event("Account", "UPDATE", accountId(2), 150, outside),
    event("Account", "GAP_DELETE", accountId(3), 300),
    event("Account", "GAP_UPDATE", accountId(4), 300),
  )
  assert.deepEqual(await marks(), [
    [accountId(1), mayHaveLeft],
    [accountId(2), mayHaveLeft],
    [accountId(3), "gap event: GAP_DELETE"],
    [accountId(4), "gap event: GAP_UPDATE"],
  ])
  await shadow.read("Account", [account(3, 0)], { from: 330, missing: [1, 2].map(accountId) })
  assert.deepEqual(await shadow.ids("Account"), [accountId(3)])
})

test("an event of a record that has no row leaves Salesforce to decide, and so does a return", async () => {
  await shadow.apply(
    created("Account", account(4, 100), 100),
    event("Account", "UPDATE", accountId(5), 100, { Internet_Eligibility_Status__c: "x" }),
    event("Account", "DELETE", accountId(3), 101),
    event("Account", "UNDELETE", accountId(3), 102, { Internet_Eligibility__c: "Fibre" }),
    event("Account", "DELETE", accountId(6), 103),
  )
  assert.deepEqual(await marks(), [
    [accountId(3), mayHaveLeft],
    [accountId(4), "whether it meets the filter is not known"],
    [accountId(5), "whether it meets the filter is not known"],
  ])
  assert.deepEqual(await shadow.ids("Account"), [1, 2, 3].map(accountId))
})

test("a field of the filter that no event carries puts every event's record in doubt", async () => {
  await shadow.all(
    "update sf_shadow.described_field set in_events = field <> 'Internet_Eligibility__c' where object = 'Account'",
  )
  await shadow.apply(event("Account", "UPDATE", accountId(2), 100, { Internet_Eligibility_Status__c: "x" }))
  assert.deepEqual(await marks(), [[accountId(2), mayHaveLeft]])
})

test("a child of a filtered object waits for no parent: whether it is one of them is read", async () => {
  await shadow.all(
    "update sf_shadow.object set filter = 'IsActive = true', filter_fields = '{IsActive}' where object = 'PricebookEntry'",
  )
  await runThrough(shadow, "Product2", "full", [], { from: 20 })
  await runThrough(shadow, "PricebookEntry", "full", [], { from: 20 })
  await shadow.apply(created("PricebookEntry", price(1, 1, 100), 100))
  await shadow.apply(created("Product2", product(1, 100), 101))
  assert.deepEqual(
    (await shadow.dirty("PricebookEntry")).map(({ record_id, reason }) => [record_id, reason]),
    [[priceId(1), "whether it meets the filter is not known"]],
  )
  assert.deepEqual(await shadow.ids("PricebookEntry"), [])
})

test("what has changed and did not come with a delta is in doubt where it has a row or is listed", async () => {
  const runId = await delta(1_000, [account(2, 900, { Internet_Eligibility_Status__c: "x" })])
  await assert.rejects(
    finishRun(shadow, runId),
    /delta \d+ of Account has not asked for what has left the filter/,
  )
  assert.deepEqual(await compare(runId, accountId(1), accountId(2), accountId(9)), [{ marked: 1 }])
  assert.equal((await finishRun(shadow, runId)).state, "complete")
  assert.deepEqual(await marks(), [[accountId(1), mayHaveLeft]])

  // The overlap finds it again: its time does not move, what a re-read of before has seen does not clear it.
  const [first] = await shadow.dirty("Account")
  const again = await delta(1_001, [])
  await compare(again, accountId(1))
  const [second] = await shadow.dirty("Account")
  assert.deepEqual(second?.not_before, first?.not_before)
  assert.notEqual(second?.generation, first?.generation)
  await finishRun(shadow, again)

  await shadow.read("Account", [], { from: 1_020, missing: [accountId(1)] })
  assert.deepEqual(await shadow.ids("Account"), [accountId(2), accountId(3)])
})

test("while a full load is under way, which may have read it before, a record without a row is in doubt too", async () => {
  const full = await startRun(shadow, "Account", "full", { from: 900, to: 905, expected: 4 })
  const runId = await delta(1_000, [])
  await compare(runId, accountId(4))
  await finishRun(shadow, runId)
  assert.deepEqual(await marks(), [[accountId(4), mayHaveLeft]])
  await shadow.read("Account", [], { from: 1_030, missing: [accountId(4)] })
  await shadow.clearMarks("Account")
  await mergePage(
    shadow,
    full,
    1,
    [1, 2, 3, 4].map((n) => account(n, 0)),
  )
  assert.deepEqual(await shadow.ids("Account"), [1, 2, 3].map(accountId))
})

test("comparing what has changed is for deltas whose pages are merged, and other runs stay as they are", async () => {
  const ids = await startRun(shadow, "Account", "ids", { from: 1_000, expected: 0 })
  assert.deepEqual(await compare(ids, accountId(1)), [{ marked: 0 }])
  const early = await startRun(shadow, "Account", "delta", { from: 1_000, expected: 0 })
  assert.deepEqual(await compare(early, accountId(1)), [{ marked: 0 }])
  await mergePage(shadow, early, 1, [])
  await compare(early)
  await finishRun(shadow, early)
  assert.deepEqual(await compare(early, accountId(1)), [{ marked: 0 }])
  assert.deepEqual(await marks(), [])
})

test("the fuse counts what is missing, and not what a change has taken out of the filter", async () => {
  await shadow.all("update sf_shadow.setting set fuse_rows = 0, fuse_percent = 10")
  try {
    await shadow.apply(event("Account", "UPDATE", [1, 2].map(accountId), 100, outside))
    // Another doubt does not take that away.
    await shadow.apply(event("Account", "GAP_UPDATE", accountId(2), 101))
    await shadow.read("Account", [], { from: 120, missing: [1, 2].map(accountId) })
    assert.deepEqual(await shadow.ids("Account"), [accountId(3)])
    await assert.rejects(shadow.read("Account", [], { from: 130, missing: [accountId(3)] }), (error) => {
      const { message, hint } = error as { message: string; hint: string }
      assert.match(
        message,
        /^1 records of Account would be deleted because Salesforce no longer shows them within the filter/,
      )
      assert.match(
        hint,
        /records that have left the filter .* SELECT COUNT\(\) FROM Account with and without WHERE Internet_Eligibility__c = 'Fibre'/,
      )
      return true
    })
  } finally {
    await shadow.all("update sf_shadow.setting set fuse_rows = default, fuse_percent = default")
  }
})

test("a sweep removes what has left without a word for the fuse only where a change told of it", async () => {
  await shadow.all("update sf_shadow.setting set fuse_rows = 0, fuse_percent = 10")
  try {
    await shadow.apply(event("Account", "UPDATE", accountId(1), 100, outside))
    const comparison = await startRun(shadow, "Account", "ids", { from: 200, expected: 2 })
    await mergePage(shadow, comparison, 1, onlyIds([2, 3].map(accountId)))
    assert.equal((await finishRun(shadow, comparison)).deleted, 1)
    const untold = await startRun(shadow, "Account", "ids", { from: 300, expected: 1 })
    await mergePage(shadow, untold, 1, onlyIds([accountId(2)]))
    await assert.rejects(finishRun(shadow, untold), /within the filter/)
  } finally {
    await shadow.all("update sf_shadow.setting set fuse_rows = default, fuse_percent = default")
  }
})

test("records that a program has read without the filter are not merged, and no job is made without it", async () => {
  const read = (carried: string | null) =>
    transaction(shadow.pool, async (client) => {
      const { rows } = await client.query<{ read_id: number }>(
        "insert into sf_shadow.read (object, read_from, read_to, filter) values ('Account', now(), now(), $1) returning read_id",
        [carried],
      )
      await client.query("select sf_shadow.json_to_page(sf_shadow.load_fields('Account'), '[]')")
      await client.query("select sf_shadow.merge_records('Account', $1)", [rows[0]?.read_id])
    })
  await read(filter)
  for (const carried of [null, "Name != null"]) {
    await assert.rejects(read(carried), { code: "55000" })
  }
  const { rows } = await shadow.pool.query<{ run_id: number }>(
    "select sf_shadow.start_run('Account', 'full', 'a test') as run_id",
  )
  const runId = rows[0]?.run_id
  await assert.rejects(
    shadow.all("select sf_shadow.begin_job(of_run_id => $1)", runId),
    /a query of Account carried no filter, and the object has the filter Internet_Eligibility__c = 'Fibre'/,
  )
  await assert.rejects(shadow.all("select sf_shadow.begin_job($1, 'Name != null')", runId), { code: "55000" })
  assert.equal((await shadow.all("select sf_shadow.begin_job($1, $2) as fields", runId, filter)).length, 1)
})
