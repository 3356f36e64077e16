import assert from "node:assert/strict"
import { test } from "node:test"
import { price, priceId, product, type SalesforceRecord } from "../harness/records.ts"
import { rereadAll } from "../harness/rereads.ts"
import { finishRun, mergePage, startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"
import { changeSku, rejected, skus } from "../harness/skus.ts"

const prices = [1, 2, 3].map((n) => price(n, n, 0))

/** The SKUs that three products had, and have now. */
interface Handover {
  name: string
  /** By place; null: blank. */
  skus: readonly (string | null)[]
}
const before = ["A", "B", "C"]
const handovers: readonly Handover[] = [
  { name: "round three products", skus: ["B", "C", "A"] },
  { name: "down from one that is blank now", skus: [null, "A", "B"] },
  { name: "down from one with a SKU of its own", skus: ["D", "A", "B"] },
]
/** In which order it becomes known, by place. */
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [2, 1, 0],
]

const productOf = (place: number, sm: number, sku: unknown) =>
  product(place + 1, sm, { StockKeepingUnit: sku })
const orgAfter = ({ skus }: Handover): SalesforceRecord[] => [
  ...skus.map((sku, place) => productOf(place, 100 + 10 * place, sku)),
  ...prices,
]

async function openBefore(): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.read(
    "Product2",
    before.map((sku, place) => productOf(place, 0, sku)),
    { from: 20 },
  )
  await shadow.read("PricebookEntry", prices, { from: 20 })
  return shadow
}

/** Whoever has a SKU is stored with its price; whoever has none is a reject, its old row gone or of no harm. */
async function assertHandedOver(shadow: Shadow, { skus: due }: Handover): Promise<void> {
  const held = await skus(shadow)
  const storable = [1, 2, 3].filter((n) => due[n - 1] !== null)
  for (const n of storable) assert.equal(held[n], due[n - 1], `the SKU of product ${n}`)
  assert.deepEqual(
    await rejected(shadow),
    [1, 2, 3].filter((n) => !storable.includes(n)).map((n) => [n, "23502"]),
  )
  const pricesHeld = await shadow.ids("PricebookEntry")
  assert.deepEqual(pricesHeld, Object.keys(held).map(Number).map(priceId))
  for (const object of ["Product2", "PricebookEntry"] as const) {
    assert.deepEqual(await shadow.dirty(object), [])
    assert.equal((await shadow.state(object)).row_count, pricesHeld.length)
  }
}

/**
 * Of no SKU a product that is known to have another one now, unless it is listed, and so reads as stale; after
 * re-reads only where nobody else claims the SKU.
 */
async function assertNoneIsWrong(
  shadow: Shadow,
  { skus: due }: Handover,
  told: readonly number[],
  isReread: boolean,
): Promise<void> {
  const held = await skus(shadow)
  const listed = isReread ? [] : (await rejected(shadow)).map(([n]) => n)
  for (const place of told) {
    const holder = [1, 2, 3].find((n) => held[n] === due[place])
    const isWrong = holder !== undefined && holder !== place + 1 && told.includes(holder - 1)
    assert.ok(!isWrong || listed.includes(holder), `the SKU of ${place + 1} is ${holder}'s`)
  }
}

for (const handover of handovers) {
  const org = orgAfter(handover)
  for (const order of orders) {
    const name = `SKUs go ${handover.name}, heard of as ${order.map((place) => place + 1).join(", ")}`
    const toldAt = (place: number, commit: number) =>
      changeSku(place + 1, commit, handover.skus[place] ?? null)

    test(`${name}: by an event each, and the re-reads that follow`, async () => {
      const shadow = await openBefore()
      for (const [count, place] of order.entries()) {
        await shadow.apply(toldAt(place, 100 + 10 * place))
        await assertNoneIsWrong(shadow, handover, order.slice(0, count + 1), false)
      }
      assert.ok((await rereadAll(shadow, org, 200)) <= 4)
      await assertHandedOver(shadow, handover)
    })

    test(`${name}: by an event each, with re-reads between them`, async () => {
      const shadow = await openBefore()
      const now = [...before.map((sku, place) => productOf(place, 0, sku)), ...prices]
      for (const [count, place] of order.entries()) {
        const commit = 100 + 1_000 * count
        now[place] = productOf(place, commit, handover.skus[place])
        await shadow.apply(toldAt(place, commit))
        assert.ok((await rereadAll(shadow, now, commit + 100)) <= 4)
        await assertNoneIsWrong(shadow, handover, order.slice(0, count + 1), true)
      }
      await assertHandedOver(shadow, handover)
    })

    test(`${name}: by rejects that are tried again`, async () => {
      const shadow = await openBefore()
      // Each was refused on its own, long ago; nothing was heard of them since.
      for (const place of order) await shadow.read("Product2", [productOf(place, 50, null)], { from: 70 })
      await shadow.all("select sf_shadow.retry_rejects()")
      await shadow.all("update sf_shadow.dirty set not_before = '-infinity'")
      for (const place of order) {
        await shadow.read("Product2", [org[place] as SalesforceRecord], { from: 300 + 60 * place })
      }
      assert.ok((await rereadAll(shadow, org, 600)) <= 3)
      await assertHandedOver(shadow, handover)
    })

    test(`${name}: by a full load with a page each`, async () => {
      const shadow = await openBefore()
      const runId = await startRun(shadow, "Product2", "full", { from: 200, expected: 3 })
      for (const [count, place] of order.entries()) {
        const page = [org[place] as SalesforceRecord]
        await mergePage(shadow, runId, count + 1, page, count < 2 ? `page ${count + 2}` : null)
      }
      await finishRun(shadow, runId, 3)
      assert.ok((await rereadAll(shadow, org, 300)) <= 4)
      await assertHandedOver(shadow, handover)
    })
  }
}

test("rejects that hold each other's SKU are stored by the retry alone, though nothing was told of the third", async () => {
  const shadow = await openBefore()
  const [ring] = handovers as [Handover]
  await shadow.apply(changeSku(1, 100, "B"))
  await shadow.apply(changeSku(2, 110, "C"))
  assert.deepEqual(await rejected(shadow), [
    [1, "23505"],
    [2, "23505"],
  ])
  await shadow.clearMarks("Product2")
  await shadow.all("select sf_shadow.retry_rejects('Product2')")
  await shadow.all("update sf_shadow.dirty set not_before = '-infinity'")
  assert.ok((await rereadAll(shadow, orgAfter(ring), 300)) <= 2)
  await assertHandedOver(shadow, ring)
})

test("a product that was kept out of its SKU is stored by the retry alone", async () => {
  const shadow = await openBefore()
  await shadow.apply(changeSku(2, 100, "A"))
  await shadow.clearMarks("Product2")
  // As a database is that an earlier version has left: the holder is a reject, and nobody is in doubt.
  await shadow.read("Product2", [productOf(0, 150, null)], { from: 200 })
  await shadow.clearMarks("Product2")
  await shadow.all("select sf_shadow.retry_rejects()")
  await shadow.all("update sf_shadow.dirty set not_before = '-infinity'")
  const down = handovers[1] as Handover
  const org = orgAfter(down)
  await shadow.apply(changeSku(3, 120, "B"))
  assert.ok((await rereadAll(shadow, org, 300)) <= 3)
  await assertHandedOver(shadow, down)
})
