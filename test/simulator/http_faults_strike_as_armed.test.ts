import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { type Client, runJob, startWithClient } from "./client.ts"

describe("HTTP faults", () => {
  let client: Client
  let results: string

  before(async () => {
    client = await startWithClient({ products: 2000, bulkJobMs: [10, 30] })
    const job = await runJob(client, "SELECT Id, Name FROM Product2")
    results = `/jobs/query/${job.id}/results`
  })
  after(() => client.close())

  it("answer with the real bodies, only so often and only where armed", async () => {
    const { faults } = client.simulator.org
    faults.arm("http.status", { path: /results/, status: 503, times: 2 })
    assert.equal((await client.send("/limits")).status, 200)
    for (const status of [503, 503, 200]) assert.equal((await client.send(results)).status, status)
    for (const [status, body] of [
      [401, /INVALID_SESSION_ID.*|Session expired/],
      [403, /REQUEST_LIMIT_EXCEEDED/],
      [420, /^$/],
      [500, /UNKNOWN_EXCEPTION/],
      [502, /<h1>502 Bad Gateway/],
    ] as const) {
      faults.arm("http.status", { status })
      const answer = await client.send("/limits")
      assert.equal(answer.status, status)
      assert.match(answer.text, body)
    }
    faults.arm("http.html", { path: /results/ })
    const page = await client.send(results)
    assert.equal(page.status, 200)
    assert.match(page.text, /^<html>/)
  })

  it("cut a body, hold it up, and leave headers out", async () => {
    const { faults } = client.simulator.org
    const whole = await client.send(results)
    faults.arm("http.cut", { path: /results/, afterBytes: 1000 })
    await assert.rejects(client.send(results), /terminated|closed|reset|aborted/i)
    faults.arm("http.slow", { path: /results/, afterBytes: 1000, pauseMs: 150 })
    const before = performance.now()
    assert.equal((await client.send(results)).text, whole.text)
    assert.ok(performance.now() - before >= 150)
    faults.arm("http.missing-header", { path: /results/, header: "sforce-locator" })
    const { headers } = await client.send(results)
    assert.equal(headers["sforce-locator"], undefined)
    assert.equal(headers["sforce-numberofrecords"], "2000")
  })

  it("fail, hang and abort query jobs", async () => {
    const { org } = client.simulator
    org.faults.arm("bulk.fail", { object: "Product2", errorMessage: "TXN_SECURITY_METERING_ERROR" })
    const failed = await runJob(client, "SELECT Id FROM Product2")
    assert.deepEqual([failed.state, failed.errorMessage], ["Failed", "TXN_SECURITY_METERING_ERROR"])
    org.faults.arm("bulk.abort", {})
    assert.equal((await runJob(client, "SELECT Id FROM Product2")).state, "Aborted")
    org.faults.arm("bulk.hang", {})
    const hung = await client.post<{ id: string }>("/jobs/query", {
      operation: "query",
      query: "SELECT Id FROM Product2",
    })
    const ordinary = await runJob(client, "SELECT Id FROM Product2")
    assert.equal(ordinary.state, "JobComplete")
    assert.equal((await client.get<{ state: string }>(`/jobs/query/${hung.id}`)).state, "InProgress")
    org.faults.arm("bulk.hang", { forMs: 150 })
    const before = performance.now()
    assert.equal((await runJob(client, "SELECT Id FROM Product2")).state, "JobComplete")
    assert.ok(performance.now() - before >= 150)
  })

  it("make the answer of a query later than what it has read", async () => {
    const { org } = client.simulator
    const [first] = org.rows("Product2")
    const sees = `SELECT Name FROM Product2 WHERE Id = '${first?.Id}'`
    org.faults.arm("http.long", { path: /query/, ms: 1_200 })
    const begun = org.now()
    const asked = client.send(`/query?${new URLSearchParams({ q: sees })}`)
    await client.get("/limits")
    org.transaction((tx) => tx.update("Product2", first?.Id as string, { Name: "later" }))
    const { text, headers } = await asked
    assert.doesNotMatch(text, /later/)
    assert.ok(Date.parse(String(headers.date)) + 1000 > begun + 1_200)
  })

  it("leave an empty page without even a header row", async () => {
    client.simulator.org.faults.arm("bulk.empty-body", {})
    for (const text of ["", '"Id"\n']) {
      const job = await runJob(client, "SELECT Id FROM Product2 WHERE Name = 'none'")
      assert.equal((await client.send(`/jobs/query/${job.id}/results`)).text, text)
    }
  })

  it("hide rows and stop at the daily limit", async () => {
    const { org } = client.simulator
    const [first] = org.rows("Product2")
    org.faults.arm("rows.hidden", {
      object: "Product2",
      hides: (id) => id === first?.Id,
      times: Number.POSITIVE_INFINITY,
    })
    assert.equal((await client.query("SELECT COUNT() FROM Product2")).totalSize, 1999)
    org.faults.disarm()
    assert.equal((await client.query("SELECT COUNT() FROM Product2")).totalSize, 2000)
    org.usage.apiRequests.max = org.usage.apiRequests.used
    const refused = await client.send("/limits")
    assert.equal(refused.status, 403)
    assert.match(refused.text, /REQUEST_LIMIT_EXCEEDED/)
  })
})
