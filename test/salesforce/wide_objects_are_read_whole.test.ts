import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { createQueryJob } from "../../src/salesforce/bulk.ts"
import { queryRecords, type RecordsFound, readRecords } from "../../src/salesforce/records.ts"
import { createSession, type Session } from "../../src/salesforce/session.ts"
import type { Org } from "../../src/simulator/org/org.ts"
import { type Seeded, seedCatalogue } from "../../src/simulator/org/seed.ts"
import { startSimulator } from "../../src/simulator/start.ts"

/** As long as API names get. */
const wideField = (number: number) => `Field_${String(number).padStart(4, "0")}_${"w".repeat(29)}__c`

interface Wide {
  session: Session
  org: Org
  seeded: Seeded
  /** Of a price book entry: its own, and each fifth one its product's. */
  fields: string[]
}

async function startWide(t: TestContext, count: number): Promise<Wide> {
  const names = Array.from({ length: count }, (_, number) => wideField(number))
  const simulator = await startSimulator({
    visibilityLagMs: [0, 0],
    textFields: { Product2: names, PricebookEntry: names },
  })
  const { clientId, clientSecret } = simulator.credentials
  const session = createSession({
    loginUrl: simulator.loginUrl,
    auth: "client-credentials",
    clientId,
    clientSecret,
    apiVersion: "66.0",
    pubsubEndpoint: simulator.pubsubEndpoint,
    ca: simulator.ca,
    httpIdleMs: 5_000,
    bulkPollMs: 10,
  })
  t.after(async () => {
    await session.close()
    await simulator.close()
  })
  const { org } = simulator
  const seeded = seedCatalogue(org, { products: 30, pricebooks: 1, accounts: 0 })
  const fields = names.map((name, at) => (at % 5 === 0 ? `Product2.${name}` : name))
  org.transaction((tx) => {
    for (const object of ["Product2", "PricebookEntry"])
      for (const { Id } of org.rows(object))
        tx.update(object, `${Id}`, {
          [names[0] as string]: `first ${Id}`,
          [names.at(-1) as string]: `last ${Id}`,
        })
  })
  return { session, org, seeded, fields: ["Id", "Product2Id", "SystemModstamp", ...fields] }
}

function assertWhole(read: RecordsFound, { fields }: Wide): void {
  for (const text of read.records) {
    const record = JSON.parse(text)
    assert.deepEqual(Object.keys(record), fields)
    assert.equal(record[fields[3] as string], `first ${record.Product2Id}`)
    assert.equal(record[fields.at(-1) as string], `last ${record.Id}`)
  }
}

for (const count of [400, 700, 1_500]) {
  test(`records of ${count} fields, with those of parents, are read by Id`, async (t) => {
    const wide = await startWide(t, count)
    const ids = [...wide.org.rows("PricebookEntry")].map(({ Id }) => `${Id}`)
    const read = await readRecords(wide.session, { object: "PricebookEntry", fields: wide.fields, ids })
    assert.equal(read.records.length, ids.length)
    assert.deepEqual(read.missing, [])
    assertWhole(read, wide)
  })

  test(`records of ${count} fields, with those of parents, are found by a condition`, async (t) => {
    const wide = await startWide(t, count)
    const where = `Pricebook2Id = '${wide.seeded.pricebooks[0]}' AND IsActive = true`
    const found = await queryRecords(wide.session, { object: "PricebookEntry", fields: wide.fields, where })
    const active = [...wide.org.rows("PricebookEntry")].filter(
      (entry) => entry.IsActive && entry.Pricebook2Id === wide.seeded.pricebooks[0],
    )
    assert.equal(found.records.length, active.length)
    assertWhole(found, wide)
  })
}

test("more fields than a query may have characters are refused, with what to do", async (t) => {
  const wide = await startWide(t, 2_500)
  const [{ Id } = {}] = wide.org.rows("PricebookEntry")
  const reading = readRecords(wide.session, { object: "PricebookEntry", fields: wide.fields, ids: [`${Id}`] })
  await assert.rejects(
    reading,
    /^SalesforceError: Read of 1 records of PricebookEntry: the query has \d+ characters, and Salesforce takes 100000: map fewer fields/,
  )
  const soql = `select ${wide.fields.join(", ")} from PricebookEntry`
  const creating = createQueryJob(wide.session, { object: "PricebookEntry", soql, operation: "query" })
  await assert.rejects(creating, { code: "QUERY_TOO_LONG", retryable: false })
})
