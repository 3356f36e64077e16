import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, event, price, product, productId } from "../harness/records.ts"
import { onlyIds, runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const numbers = (size: number, from = 1) => Array.from({ length: size }, (_, i) => from + i)
const accounts = (size: number) => numbers(size).map((n) => account(n, 0))

async function loaded(size: number): Promise<Shadow> {
  const shadow = await Shadow.open()
  await runThrough(shadow, "Account", "full", accounts(size), { from: 20 })
  return shadow
}

const count = async (shadow: Shadow) => (await shadow.state("Account")).row_count

test("100 absences of 150 pass, the 101st of the day stops the run and undoes its deletes", async () => {
  const shadow = await loaded(150)
  await runThrough(shadow, "Account", "ids", onlyIds(numbers(50).map(accountId)), { from: 100 })
  assert.equal(await count(shadow), 50)
  const again = runThrough(shadow, "Account", "ids", onlyIds(numbers(49).map(accountId)), { from: 200 })
  await assert.rejects(again, { code: "SF003" })
  assert.equal(await count(shadow), 50)
  assert.equal((await shadow.ids("Account")).length, 50)
})

test("more than 10 % of a large table stops the run", async () => {
  const shadow = await loaded(2_000)
  const ids = (size: number) => onlyIds(numbers(size).map(accountId))
  await assert.rejects(runThrough(shadow, "Account", "ids", ids(1_799), { from: 100 }), { code: "SF003" })
  assert.equal(await count(shadow), 2_000)
})

test("exactly 10 % pass", async () => {
  const shadow = await loaded(2_000)
  const ids = onlyIds(numbers(1_800).map(accountId))
  assert.equal((await runThrough(shadow, "Account", "ids", ids, { from: 100 })).deleted, 200)
})

test("the share and the number of rows are settings, and the message names the share", async (t) => {
  const shadow = await loaded(150)
  const ids = (size: number) => onlyIds(numbers(size).map(accountId))
  t.after(() => shadow.all("update sf_shadow.setting set fuse_percent = 10, fuse_rows = 100"))
  await shadow.all("update sf_shadow.setting set fuse_percent = 2.7, fuse_rows = 3")
  assert.equal((await runThrough(shadow, "Account", "ids", ids(146), { from: 100 })).deleted, 4)
  await shadow.all("update sf_shadow.setting set fuse_percent = 2.5")
  await assert.rejects(runThrough(shadow, "Account", "ids", ids(145), { from: 200 }), {
    code: "SF003",
    message:
      "5 records of Account would be deleted because Salesforce no longer shows them, of 150 rows: more than 2.5 % in a day",
  })
  assert.equal(await count(shadow), 146)
})

test("a forced run deletes, and is counted", async () => {
  const shadow = await loaded(150)
  const few = onlyIds(numbers(10).map(accountId))
  assert.equal((await runThrough(shadow, "Account", "ids", few, { from: 100, forced: true })).deleted, 140)
  await assert.rejects(runThrough(shadow, "Account", "ids", onlyIds([accountId(1)]), { from: 200 }), {
    code: "SF003",
  })
})

test("a day whose fuse was used up by force goes on: what deletes nothing by absence is stored", async () => {
  const shadow = await loaded(150)
  const few = onlyIds(numbers(10).map(accountId))
  await runThrough(shadow, "Account", "ids", few, { from: 100, forced: true })
  const counts = await shadow.read("Account", [account(200, 150)], { from: 200 })
  assert.equal(counts.inserted, 1)
})

test("the share is of the rows of before the deletes, each counted once", async (t) => {
  const shadow = await loaded(3)
  t.after(() => shadow.all("update sf_shadow.setting set fuse_percent = 10, fuse_rows = 100"))
  await shadow.all("update sf_shadow.setting set fuse_percent = 50, fuse_rows = 1")
  // Half of three is one and a half; of five it would be two and a half.
  await assert.rejects(shadow.read("Account", [], { from: 100, missing: [1, 2].map(accountId) }), {
    code: "SF003",
    message: /^2 records of Account would be deleted .* of 3 rows/,
  })
})

test("re-reads that find nothing count with the sweeps of the day", async () => {
  const shadow = await loaded(150)
  const missing = (from: number, size: number) => numbers(size, from).map(accountId)
  await shadow.read("Account", [], { from: 100, missing: missing(1, 60) })
  await assert.rejects(shadow.read("Account", [], { from: 120, missing: missing(61, 60) }), { code: "SF003" })
  assert.equal(await count(shadow), 90)
})

test("deletes that events tell are not counted and never stop the stream", async () => {
  const shadow = await loaded(150)
  await shadow.apply(event("Account", "DELETE", numbers(140).map(accountId), 100))
  assert.equal(await count(shadow), 10)
  await shadow.read("Account", [], { from: 200, missing: [accountId(141)] })
  assert.equal(await count(shadow), 9)
})

async function priced(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read(
    "Product2",
    numbers(10).map((n) => product(n, 0)),
    { from: 20 },
  )
  // All prices hang on two products of ten.
  await shadow.read(
    "PricebookEntry",
    numbers(300).map((n) => price(n, 1 + (n % 2), 0)),
    { from: 20 },
  )
  return shadow
}

test("prices that would go with absent products are counted by the fuse of prices", async () => {
  const shadow = await priced()
  const others = onlyIds(numbers(8, 3).map(productId))
  await shadow.pool.query("update sf_shadow.object_state set delta_from = now() where object = 'Product2'")
  await assert.rejects(runThrough(shadow, "Product2", "ids", others, { from: 100 }), { code: "SF003" })
  assert.equal((await shadow.ids("PricebookEntry")).length, 300)
  await shadow.all(
    "select sf_shadow.end_run(run_id, 'a test', true) from sf_shadow.run where finished_at is null",
  )
  await runThrough(shadow, "Product2", "ids", others, { from: 200, forced: true })
  assert.deepEqual(await shadow.ids("PricebookEntry"), [])
})

test("prices that go with a product whose delete an event told do not use up the fuse", async () => {
  const shadow = await priced()
  await shadow.apply(event("Product2", "DELETE", [productId(1)], 100))
  const [left] = await shadow.ids("PricebookEntry")
  await shadow.read("PricebookEntry", [], { from: 200, missing: [left ?? ""] })
  assert.equal((await shadow.state("PricebookEntry")).row_count, 149)
})

test("an event's delete passes also when the day's fuse was used up by force", async () => {
  const shadow = await priced()
  const prices = (await shadow.ids("PricebookEntry")).slice(0, 200)
  await shadow.read("PricebookEntry", [], { from: 100, missing: prices, forced: true })
  await shadow.apply(event("Product2", "DELETE", [1, 2].map(productId), 150))
  assert.deepEqual(await shadow.ids("PricebookEntry"), [])
})
