import assert from "node:assert/strict"
import { test } from "node:test"
import { at, created, event, price, priceId, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

const id = productId(1)

async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  return shadow
}

test("an update without a base row is dirty and stores nothing", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(event("Product2", "UPDATE", id, 10, { Name: "x" }))
  assert.deepEqual(await shadow.ids("Product2"), [])
  const [mark] = await shadow.dirty("Product2")
  assert.equal(mark?.reason, "update without a base row")
  assert.deepEqual(mark?.since, at(10))
  // The commit, the margin and a second: earlier, the old version may still be the visible one.
  assert.deepEqual(mark?.not_before, at(21))
})

test("a mark queues one job for its object, not one per record", async () => {
  const shadow = await Shadow.open()
  await shadow.apply(event("Product2", "UPDATE", [1, 2, 3].map(productId), 10, { Name: "x" }))
  await shadow.apply(event("Product2", "GAP_UPDATE", [4, 5].map(productId), 12))
  const jobs = await shadow.all(
    "select task_identifier from sf_shadow_worker.jobs where task_identifier = 'records_to_shadow'",
  )
  assert.equal(jobs.length, 1)
})

for (const type of ["GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE"]) {
  test(`${type} marks each of its records and changes none`, async () => {
    const shadow = await loaded()
    await shadow.apply(event("Product2", type, [id, productId(2)], 60))
    assert.deepEqual(await shadow.dirtyIds("Product2"), [id, productId(2)])
    assert.deepEqual(await shadow.ids("Product2"), [id])
  })
}

test("a gap event that a full read has surely seen is skipped", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 100 })
  await shadow.apply(event("Product2", "GAP_UPDATE", id, 60))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
})

test("an overflow makes the object dirty from its commit on, and no record", async () => {
  const shadow = await loaded()
  const folded = await shadow.apply(event("Product2", "GAP_OVERFLOW", "000000000000000AAA", 60))
  assert.deepEqual(
    folded.map(({ result }) => result),
    ["dirty"],
    "and counts as such",
  )
  const { hole_from, hole_to, hole_reason } = await shadow.state("Product2")
  assert.deepEqual([hole_from, hole_to], [at(60), at(60)])
  assert.match(hole_reason ?? "", /GAP_OVERFLOW/)
  assert.deepEqual(await shadow.dirtyIds("Product2"), [])
  assert.equal((await shadow.state("PricebookEntry")).hole_from, null)
})

test("a wildcard id makes the object dirty; the stream goes on", async () => {
  const shadow = await loaded()
  await shadow.apply(
    event("Product2", "UPDATE", "01t*", 60, { Name: "x" }),
    event("Product2", "UPDATE", id, 61, { Name: "after" }),
  )
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(60))
  assert.equal((await shadow.row("Product2", id))?.name, "after")
})

test("an event that was not decoded marks the records it names", async () => {
  const shadow = await loaded()
  const broken = { error: "undecodable: the body cannot be read", bytes: "00ff" }
  await shadow.apply(event("Product2", "UPDATE", id, 60, {}, broken))
  const [mark] = await shadow.dirty("Product2")
  assert.match(mark?.reason ?? "", /undecodable/)
  assert.equal((await shadow.state("Product2")).hole_from, null)
})

test("an event that was not decoded and names no record makes its object dirty", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "UPDATE", [], 60, {}, { error: "no-record-ids: x", bytes: "00ff" }))
  assert.deepEqual((await shadow.state("Product2")).hole_from, at(60))
  assert.equal((await shadow.state("Account")).hole_from, null)
})

test("an event whose header was not readable makes every object of the stream dirty, since what was applied", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "UPDATE", id, 60, { Name: "before" }))
  const header = { commit_timestamp: null, commit_number: null, sequence_number: null, change_type: null }
  const blind = event(
    "Product2",
    "UPDATE",
    [],
    0,
    {},
    { ...header, object: null, error: "undecodable: x", bytes: "ff" },
  )
  await shadow.apply(blind)
  for (const object of ["Product2", "PricebookEntry", "Account"] as const) {
    assert.deepEqual((await shadow.state(object)).hole_from, at(60))
  }
})

test("two undecoded events without a time, and one that is whole, leave the record dirty and the whole one applied", async () => {
  const shadow = await loaded()
  const header = {
    commit_timestamp: null,
    commit_number: null,
    sequence_number: null,
    error: "commit-timestamp: x",
  }
  await shadow.apply(
    event("Product2", "UPDATE", id, 0, {}, header),
    event("Product2", "UPDATE", id, 0, {}, header),
    event("Product2", "UPDATE", id, 61, { Name: "whole" }),
  )
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
  assert.equal((await shadow.row("Product2", id))?.name, "whole")
})

test("a change type nobody knows marks its records", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "SNAPSHOT", id, 60))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
})

test("a text that came as a diff keeps its old value and is read again; the rest is applied", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0, { Description: "long text" })], { from: 20 })
  await shadow.apply(event("Product2", "UPDATE", id, 60, { Name: "x" }, { diff_fields: ["Description"] }))
  const row = await shadow.row("Product2", id)
  assert.deepEqual([row?.name, row?.raw_payload.Description], ["x", "long text"])
  assert.equal((await shadow.dirty("Product2"))[0]?.reason, "text arrived as a diff")
})

test("an update with nothing but a diff is read again too", async () => {
  const shadow = await loaded()
  await shadow.apply(event("Product2", "UPDATE", id, 60, {}, { diff_fields: ["Description"] }))
  assert.deepEqual(await shadow.dirtyIds("Product2"), [id])
})

test("a number with more digits than an event carries is applied and read again", async () => {
  const shadow = await loaded()
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 20 })
  const inexact = { inexact_fields: ["UnitPrice"] }
  await shadow.apply(event("PricebookEntry", "UPDATE", priceId(1), 60, { UnitPrice: 12.25 }, inexact))
  assert.equal((await shadow.row("PricebookEntry", priceId(1)))?.unit_price, "12.25")
  assert.deepEqual(await shadow.dirtyIds("PricebookEntry"), [priceId(1)])
})

test("a diff of a field that is not kept is no doubt", async () => {
  const shadow = await loaded()
  await shadow.apply(created("Account", { Id: "001000000000001AAA", SystemModstamp: "" }, 60))
  await shadow.apply(
    event("Account", "UPDATE", "001000000000001AAA", 61, {}, { diff_fields: ["Description"] }),
  )
  assert.deepEqual(await shadow.dirtyIds("Account"), [])
})

test("a record whose id is not 18 characters long is set aside and does not hold back the batch", async () => {
  const shadow = await loaded()
  const short = created("Product2", { ...product(7, 60), Id: "01t000000000007" }, 60)
  await shadow.apply(short, event("Product2", "UPDATE", id, 61, { Name: "after" }))
  assert.equal((await shadow.row("Product2", id))?.name, "after")
  assert.deepEqual(
    (await shadow.rejects("Product2")).map(({ record_id }) => record_id),
    ["01t000000000007"],
  )
})

test("what put the whole object in doubt is said", async () => {
  const undecoded = { error: "no-record-ids: x", bytes: "00ff" }
  const told = [
    [event("Product2", "GAP_OVERFLOW", "000000000000000AAA", 60), "gap event: GAP_OVERFLOW"],
    [event("Product2", "UPDATE", "01t*", 60), "UPDATE event for 01t*"],
    [event("Product2", "UPDATE", [], 60), "UPDATE event for no record"],
    [event("Product2", "UPDATE", [], 60, {}, undecoded), "event not decoded: no-record-ids: x"],
  ] as const
  for (const [said, reason] of told) {
    const shadow = await loaded()
    await shadow.apply(said)
    const { hole_from, hole_reason } = await shadow.state("Product2")
    assert.deepEqual([hole_from, hole_reason], [at(60), reason])
  }
})
