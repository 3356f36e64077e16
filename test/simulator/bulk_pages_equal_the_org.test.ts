import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { gunzipSync } from "node:zlib"
import { parse } from "csv-parse/sync"
import { request } from "undici"
import type { OrgRecord } from "../../src/simulator/org/row.ts"
import { type Answer, type Client, runJob, startWithClient } from "./client.ts"

const productFields =
  "Id, Name, Description, IsActive, StockKeepingUnit, Available_From__c, Launch_Date__c, SystemModstamp"

describe("Bulk API 2.0 query jobs", () => {
  let client: Client

  before(async () => {
    client = await startWithClient({
      products: 700,
      pricebooks: 2,
      accounts: 20,
      bulkJobMs: [20, 100],
      bulkPageRecords: 400,
      visibilityLagMs: [200, 300],
    })
  })
  after(() => client.close())

  async function pages(id: string, parameters = ""): Promise<Answer[]> {
    const answers: Answer[] = []
    for (let locator = ""; locator !== "null"; ) {
      const query = locator === "" ? parameters : `locator=${encodeURIComponent(locator)}&${parameters}`
      const answer = await client.send(`/jobs/query/${id}/results?${query}`)
      assert.equal(answer.status, 200, answer.text)
      answers.push(answer)
      locator = String(answer.headers["sforce-locator"])
    }
    return answers
  }

  function records(answers: Answer[]): Record<string, string>[] {
    return answers.flatMap(({ text }) => parse(text, { columns: true }) as Record<string, string>[])
  }

  it("gives every record of the org, hostile texts too, in pages that each have a header", async () => {
    const job = await runJob(client, `SELECT ${productFields} FROM Product2`)
    assert.equal(job.numberRecordsProcessed, 700)
    const answers = await pages(job.id)
    assert.deepEqual(
      answers.map(({ headers }) => headers["sforce-numberofrecords"]),
      ["400", "300"],
    )
    const header = `"${productFields.replaceAll(", ", '","')}"\n`
    for (const { text } of answers) assert.ok(text.startsWith(header))
    const names = productFields.split(", ")
    const asText = (record: OrgRecord) =>
      names.map((name) => (record[name] === null ? "" : String(record[name])))
    const expected = new Map([...client.simulator.org.rows("Product2")].map((row) => [row.Id, asText(row)]))
    const found = records(answers)
    assert.deepEqual(new Map(found.map((row) => [row.Id, names.map((name) => row[name])])), expected)
    const ids = found.map((row) => row.Id as string)
    assert.notDeepEqual(ids, [...expected.keys()], "rows come in no order")
  })

  it("writes numbers as Java does, parents by their path, and quotes everything", async () => {
    const { org } = client.simulator
    const [product] = org.rows("Product2")
    const [pricebook] = org.rows("Pricebook2")
    const id = org.transaction((tx) =>
      tx.create("PricebookEntry", {
        Product2Id: product?.Id,
        Pricebook2Id: pricebook?.Id,
        UnitPrice: 12_500_000,
      }),
    )
    org.transaction((tx) =>
      tx.update("Product2", product?.Id as string, { ProductCode: 'a"b', Bandwidth_Mbps__c: 100 }),
    )
    const deadline = Date.now() + 2000
    while ((await client.query(`SELECT Id FROM PricebookEntry WHERE Id = '${id}'`)).totalSize === 0) {
      assert.ok(Date.now() < deadline, "the entry stays invisible")
    }
    const soql = `SELECT UnitPrice, Product2.ProductCode, Product2.Bandwidth_Mbps__c, IsActive FROM PricebookEntry WHERE Id = '${id}'`
    let [page] = await pages((await runJob(client, soql)).id)
    while (!page?.text.includes('"a""b"')) {
      assert.ok(Date.now() < deadline, page?.text)
      ;[page] = await pages((await runJob(client, soql)).id)
    }
    assert.equal(
      page.text,
      '"UnitPrice","Product2.ProductCode","Product2.Bandwidth_Mbps__c","IsActive"\n"1.25E7","a""b","100.0","false"\n',
    )
  })

  it("re-reads a page by its locator, honours maxRecords, and keeps an order that is asked for", async () => {
    const job = await runJob(client, "SELECT Id FROM Product2 ORDER BY Id")
    const answers = await pages(job.id, "maxRecords=250")
    assert.equal(answers.length, 3)
    const ids = records(answers).map((row) => row.Id as string)
    assert.deepEqual(ids, [...ids].sort())
    const locator = encodeURIComponent(String(answers[0]?.headers["sforce-locator"]))
    const again = await client.send(`/jobs/query/${job.id}/results?locator=${locator}&maxRecords=250`)
    assert.equal(again.text, answers[1]?.text)
    const { resultPages } = await client.get<{ resultPages: { resultUrl: string }[] }>(
      `/jobs/query/${job.id}/resultPages?maxRecords=250`,
    )
    const second = await client.send(resultPages[1]?.resultUrl ?? "")
    assert.equal(second.text, answers[1]?.text)
  })

  it("compresses a page when asked", async () => {
    const job = await runJob(client, "SELECT Id, Name FROM Account")
    const plain = await client.send(`/jobs/query/${job.id}/results`)
    const token = client.simulator.sessions.issue()
    const zipped = await request(
      `${client.simulator.loginUrl}/services/data/v66.0/jobs/query/${job.id}/results`,
      {
        dispatcher: client.dispatcher,
        headers: { authorization: `Bearer ${token}`, "accept-encoding": "gzip" },
      },
    )
    assert.equal(zipped.headers["content-encoding"], "gzip")
    assert.equal(gunzipSync(Buffer.from(await zipped.body.arrayBuffer())).toString(), plain.text)
  })

  it("sees deleted records with queryAll only, but no deleted price book entry", async () => {
    const { org } = client.simulator
    const product = [...org.rows("Product2")].at(-1)?.Id as string
    const entries = [...org.rows("PricebookEntry")]
      .filter((row) => row.Product2Id === product)
      .map((row) => row.Id)
    assert.equal(entries.length, 2)
    org.transaction((tx) => tx.delete("Product2", product))
    const deadline = Date.now() + 2000
    while ((await client.query(`SELECT Id FROM Product2 WHERE Id = '${product}'`)).totalSize > 0) {
      assert.ok(Date.now() < deadline, "the deleted product stays visible")
    }
    const soql = `SELECT Id, IsDeleted FROM Product2 WHERE Id = '${product}'`
    assert.equal((await runJob(client, soql)).numberRecordsProcessed, 0)
    const all = await runJob(client, soql, "queryAll")
    assert.deepEqual(records(await pages(all.id)), [{ Id: product, IsDeleted: "true" }])
    const gone = `SELECT Id FROM PricebookEntry WHERE Product2Id = '${product}'`
    assert.equal((await runJob(client, gone, "queryAll")).numberRecordsProcessed, 0)
  })

  it("refuses compounds, aggregates, unknown fields and results before the end", async () => {
    const create = (query: string) =>
      client.send("/jobs/query", { method: "POST", body: JSON.stringify({ operation: "query", query }) })
    const compound = await create("SELECT Id, BillingAddress FROM Account")
    assert.equal(compound.status, 400)
    assert.match(compound.text, /Selecting compound data not supported in Bulk Query/)
    assert.match((await create("SELECT COUNT() FROM Account")).text, /aggregate/)
    assert.match((await create("SELECT Nope FROM Account")).text, /"INVALID_FIELD"/)
    const { id } = JSON.parse((await create("SELECT Id FROM Account")).text) as { id: string }
    assert.equal((await client.send(`/jobs/query/${id}/results`)).status, 400)
    const aborted = await client.send(`/jobs/query/${id}`, { method: "PATCH", body: '{"state":"Aborted"}' })
    assert.equal(JSON.parse(aborted.text).state, "Aborted")
    const { authorization } = { authorization: `Bearer ${client.simulator.sessions.issue()}` }
    const removed = await request(`${client.simulator.loginUrl}/services/data/v66.0/jobs/query/${id}`, {
      dispatcher: client.dispatcher,
      method: "DELETE",
      headers: { authorization },
    })
    assert.equal(removed.statusCode, 204)
    await removed.body.dump()
    const gone = await client.send(`/jobs/query/${id}`)
    assert.equal(gone.status, 404)
    assert.deepEqual(JSON.parse(gone.text), [
      { message: "The requested resource does not exist", errorCode: "NOT_FOUND" },
    ])
  })
})
