import assert from "node:assert/strict"
import { test } from "node:test"
import { event, price, priceId, product, productId, type TestEvent } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

/** One product with one price. */
async function loaded(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0)], { from: 20 })
  return shadow
}

/** What one transaction has done to both: as many changes of the product, and then one of the price. */
function transaction(version: number, key: string | null = `t${version}`, products = 1): TestEvent[] {
  const header = key === null ? {} : { transaction_key: key }
  const commit = 100 + version
  return [
    ...Array.from({ length: products }, () =>
      event("Product2", "UPDATE", productId(1), commit, { Name: `${version}` }, header),
    ),
    event("PricebookEntry", "UPDATE", priceId(1), commit, { UnitPrice: version }, header),
  ]
}

/** The same, one change of each. */
const both = (version: number) => transaction(version) as [TestEvent, TestEvent]

const seen = async (shadow: Shadow) => {
  const [name, price] = [
    await shadow.row("Product2", productId(1)),
    await shadow.row("PricebookEntry", priceId(1)),
  ]
  return [name?.name, Number(price?.unit_price)]
}

const cut = async (shadow: Shadow) =>
  (await shadow.all<{ cut: number }>("select cut_transactions::int as cut from sf_shadow_stream"))[0]?.cut

test("a batch goes on to the end of the transaction in which it would end, and no further", async () => {
  const shadow = await loaded()
  await shadow.publish(...transaction(1, "t1", 3), ...transaction(2))
  await shadow.fold(2)
  assert.deepEqual(await seen(shadow), ["1", 1])
  await shadow.fold(1)
  assert.deepEqual(await seen(shadow), ["2", 2])
  assert.deepEqual(await shadow.fold(1), [])
  assert.equal(await cut(shadow), 0)
})

test("what may go on is not seen before it has", async () => {
  const shadow = await loaded()
  const [product1, price1] = both(1)
  const [product2, price2] = both(2)
  await shadow.publishPart(product1, price1, product2)
  await shadow.fold()
  assert.deepEqual(await seen(shadow), ["1", 1])
  assert.deepEqual(await shadow.fold(), [])
  await shadow.publish(price2)
  await shadow.fold()
  assert.deepEqual(await seen(shadow), ["2", 2])
  assert.equal(await cut(shadow), 0)
})

test("a response without events shows that nothing goes on", async () => {
  const shadow = await loaded()
  await shadow.publishPart(...transaction(1))
  assert.deepEqual(await shadow.fold(), [])
  await shadow.publish()
  await shadow.fold()
  assert.deepEqual(await seen(shadow), ["1", 1])
})

test("after five seconds it is not waited for; when it goes on after that, it is counted as cut", async () => {
  const shadow = await loaded()
  const [product1, price1] = both(1)
  await shadow.publishPart(product1)
  assert.deepEqual(await shadow.fold(), [])
  await shadow.all("update sf_shadow.stream set goes_on_since = now() - interval '6 seconds'")
  await shadow.fold()
  assert.deepEqual(await seen(shadow), ["1", 9.99])
  assert.equal(await cut(shadow), 0)
  await shadow.publish(price1)
  await shadow.fold()
  assert.deepEqual(await seen(shadow), ["1", 1])
  assert.equal(await cut(shadow), 1)
})

for (const [batch, taken] of [
  [100, 10_000],
  [10_200, 10_200],
] as const) {
  test(`one of more than 10,000 events is folded in pieces, each as long as may be: ${taken} in a batch of ${batch}`, async () => {
    const shadow = await loaded()
    await shadow.publish(...transaction(1, "t1", 10_500), ...transaction(2))
    assert.equal((await shadow.fold(batch))[0]?.consumed, taken)
    assert.equal(await cut(shadow), 0)
    assert.equal((await shadow.fold(100))[0]?.consumed, 10_501 - taken)
    assert.equal(await cut(shadow), 1)
  })
}

test("what was received a day before the last one applied, around midnight by two clocks, is seen whole as well", async () => {
  const shadow = await loaded()
  const foldAtMidnight = async (batch?: number) => {
    await shadow.all("update sf_shadow.stream_cursor set applied_day = applied_day + 1")
    await shadow.fold(batch)
  }
  await shadow.apply(...transaction(1))
  await shadow.publish(...transaction(2, "t2", 2), ...transaction(3))
  await foldAtMidnight(1)
  assert.deepEqual(await seen(shadow), ["2", 2])
  await shadow.fold()
  const [product5, price5] = both(5)
  await shadow.publishPart(...transaction(4), product5)
  await foldAtMidnight()
  assert.deepEqual(await seen(shadow), ["4", 4])
  await shadow.all("update sf_shadow.stream set goes_on_since = now() - interval '6 seconds'")
  await foldAtMidnight()
  await shadow.publish(price5)
  await foldAtMidnight()
  assert.deepEqual(await seen(shadow), ["5", 5])
  assert.equal(await cut(shadow), 1)
})

test("events without a readable header are of no transaction", async () => {
  const shadow = await loaded()
  await shadow.publishPart(...transaction(1, null))
  assert.equal((await shadow.fold(1))[0]?.consumed, 1)
  assert.equal((await shadow.fold(1))[0]?.consumed, 1)
  assert.equal(await cut(shadow), 0)
})

test("a stream of one object holds nothing back: its readers see one object at a time", async () => {
  const shadow = await loaded()
  const before = shadow.use(await shadow.openStream("/data/Product2ChangeEvent", ["Product2"]))
  await shadow.publishPart(...transaction(1, "t1", 2).slice(0, 2))
  assert.equal((await shadow.fold(1))[0]?.consumed, 1)
  assert.equal((await shadow.fold(1))[0]?.consumed, 1)
  shadow.use(before)
})
