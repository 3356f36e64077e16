import assert from "node:assert/strict"
import { test } from "node:test"
import type { Pool } from "pg"
import { endsWith } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg, type TestOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { settle, unsettled } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

interface Bad {
  withoutSku: string
  holder: string
  claimant: string
  dear: string
  precise: string
  nul: string
  cut: string
  /** The price of the product without SKU. */
  orphan: string
}

/** One record of each kind that the shadow cannot hold, in the midst of good ones. */
function createBad({ org, seeded }: TestOrg, mark: string): Bad {
  const pricebook = seeded.pricebooks[0] as string
  const product = (fields: Record<string, unknown>) =>
    org.transaction((tx) => tx.create("Product2", { Name: "A product", IsActive: true, ...fields }))
  const entry = (of: string, UnitPrice: number) => {
    const fields = { Product2Id: of, Pricebook2Id: pricebook, UnitPrice, IsActive: true }
    return org.transaction((tx) => tx.create("PricebookEntry", fields))
  }
  const withoutSku = product({})
  const holder = product({ StockKeepingUnit: `TWICE ${mark}` })
  return {
    withoutSku,
    holder,
    claimant: product({ StockKeepingUnit: `TWICE ${mark}` }),
    dear: entry(holder, 12_345_678_901.5),
    precise: entry(holder, 1.005),
    nul: product({
      StockKeepingUnit: `NUL ${mark}`,
      Name: "before\u0000after",
      Description: "\\u0000 is no NUL",
    }),
    cut: product({ StockKeepingUnit: `CUT ${mark}`, Name: "cut \ud83d", Description: "\\ud83d is no half" }),
    orphan: entry(withoutSku, 1),
  }
}

interface Reject {
  record_id: string
  object: string
  sqlstate: string
  reason: string
}

async function rejects(pool: Pool): Promise<Map<string, Reject>> {
  const { rows } = await pool.query<Reject>(
    "select object, record_id, sqlstate, reason from sf_shadow_reject",
  )
  return new Map(rows.map((row) => [row.record_id, row]))
}

/** The reasons are there, the SKU is held by one of the two, and all else equals the org. */
async function assertSetAside(pool: Pool, { org }: TestOrg, bad: Bad, withinMs: number): Promise<void> {
  const contested = async () => {
    const found = await rejects(pool)
    return [bad.holder, bad.claimant].filter((id) => found.has(id))
  }
  const others = [bad.withoutSku, bad.dear, bad.precise, bad.nul, bad.cut, bad.orphan]
  await waitFor("all of them are set aside", withinMs, async () => {
    const found = await rejects(pool)
    return others.every((id) => found.has(id)) && (await contested()).length === 1
  }).catch(async (error: Error) => {
    const state = { bad, rejects: [...(await rejects(pool)).values()], left: await unsettled(org, pool) }
    throw new Error(`${error.message}\n${JSON.stringify(state, null, 1)}`)
  })
  const found = await rejects(pool)
  const reason = (id: string) =>
    `${found.get(id)?.object} ${found.get(id)?.sqlstate} ${found.get(id)?.reason}`
  assert.match(reason(bad.withoutSku), /^Product2 23502 required field StockKeepingUnit is empty/)
  assert.match(
    reason(bad.dear),
    /^PricebookEntry 22003 UnitPrice is 12345678901\.5, which does not fit unit_price of type numeric\(12,2\)/,
  )
  assert.match(
    reason(bad.precise),
    /^PricebookEntry 22003 UnitPrice is 1\.005, which does not fit unit_price/,
  )
  assert.match(reason(bad.nul), /^Product2 22021 Name holds a NUL \(\\u0000\), which Postgres cannot store/)
  assert.match(reason(bad.cut), /^Product2 22021 Name holds half of a character \(\\ud83d\), which/)
  assert.match(
    reason(bad.orphan),
    new RegExp(`^PricebookEntry 23503 Product2 ${bad.withoutSku} is itself rejected`),
  )
  const [loser] = (await contested()) as [string]
  const keeper = loser === bad.holder ? bad.claimant : bad.holder
  assert.match(
    reason(loser),
    new RegExp(`^Product2 23505 StockKeepingUnit TWICE [a-z]+ is held by Product2 ${keeper}`),
  )
  const payload = async (id: string) =>
    (
      await pool.query(
        "select convert_from(payload, 'UTF8') as text from sf_shadow.reject where record_id = $1",
        [id],
      )
    ).rows[0].text
  assert.match(await payload(bad.nul), /"Name": "before\\u0000after"/)
  assert.match(await payload(bad.nul), /"Description": "\\\\u0000 is no NUL"/)
  assert.match(await payload(bad.cut), /"Name": "cut \\ud83d"/)
  assert.match(await payload(bad.cut), /"Description": "\\\\ud83d is no half"/)
  await waitFor("the rest equals the org", withinMs, async () => {
    return (await differences(org, pool, new Set((await rejects(pool)).keys()))).length === 0
  })
}

function mend({ org }: TestOrg, bad: Bad): void {
  org.transaction((tx) => {
    tx.update("Product2", bad.withoutSku, { StockKeepingUnit: `AT LAST ${bad.nul}` })
    tx.update("Product2", bad.holder, { StockKeepingUnit: `ONCE ${bad.nul}` })
    tx.update("Product2", bad.nul, { Name: "mended" })
    tx.update("Product2", bad.cut, { Name: "mended 😀" })
    tx.update("PricebookEntry", bad.dear, { UnitPrice: 9.99 })
    tx.update("PricebookEntry", bad.precise, { UnitPrice: 1.01 })
  })
}

const size = { products: 20, pricebooks: 2, accounts: 5, visibilityLagMs: [0, 0] } as const

test("by bulk: each is set aside with its reason and payload, the rest is loaded, the load is complete", async (t) => {
  const { url, pool } = await createTestDatabase()
  const testOrg = await startOrg(t, size)
  const bad = createBad(testOrg, "loaded")
  const { stdout } = await endsWith(0, ["backfill"], testOrg.environment(url))
  assert.match(stdout, /Product2.*4 rejected/)
  await assertSetAside(pool, testOrg, bad, 0)
})

test("by event and by re-read the same, the stream goes on; mended records are stored by themselves", async (t) => {
  const { url, pool } = await createTestDatabase()
  const testOrg = await startOrg(t, size)
  await endsWith(0, ["backfill"], testOrg.environment(url))
  const service = await startService(t, testOrg.environment(url))
  await settle(testOrg.org, pool, 30_000)

  const told = createBad(testOrg, "told")
  await assertSetAside(pool, testOrg, told, 30_000)

  // A gap event names the record and nothing else: it has to be read.
  const gaps = testOrg.org.faults.arm("event.gap", { times: Number.POSITIVE_INFINITY })
  const read = createBad(testOrg, "read")
  testOrg.org.faults.disarm(gaps)
  mend(testOrg, told)
  await assertSetAside(pool, testOrg, read, 30_000)
  mend(testOrg, read)
  await settle(testOrg.org, pool, 40_000)
  await service.stop()
})
