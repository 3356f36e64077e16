import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:net"
import { beforeEach, test } from "node:test"
import { startReading } from "./reading.ts"

const reading = await startReading(1_000)
const { org, seeded } = reading
beforeEach(async () => {
  org.faults.disarm()
  await reading.pool.query("delete from sf_shadow.refresh_request")
  await reading.age("Account", 3600)
  await reading.age("Product2", 3600)
  await reading.claim(3600)
})

/** Logs in and knows the mapping, so that what follows is one call per read. */
async function warmReader() {
  const reader = reading.reader()
  assert.equal((await reader.eligibility(seeded.accounts.at(-1) as string)).source, "salesforce")
  return reader
}

test("1,000 stale readers during an outage make fewer than 20 calls, and all are served", async () => {
  const reader = await warmReader()
  const outage = org.faults.arm("http.status", { status: 503, times: Number.POSITIVE_INFINITY })
  const reads = await Promise.all(seeded.accounts.map((id) => reader.eligibility(id)))
  assert.equal(reads.length, 1_000)
  for (const read of reads) {
    assert.deepEqual([read.source, read.stale], ["shadow", true])
    assert.ok(read.value !== null && (read.ageMs ?? 0) > 3_500_000 && read.freshAsOf !== null)
    assert.ok(read.reason)
  }
  assert.ok(outage.struck >= 5 && outage.struck < 20, `${outage.struck} calls`)
  const before = outage.struck
  await Promise.all(seeded.accounts.map((id) => reader.eligibility(id)))
  assert.equal(outage.struck, before, "the open circuit lets nothing through")
  await reader.idle()
  assert.equal((await reading.requested("Account")).length, 1_000, "all are read again by the service")
})

test("1,000 stale readers of an org that nobody can log in to make fewer than 20 calls", async () => {
  const reader = reading.reader()
  const outage = org.faults.arm("http.status", {
    path: /oauth2/,
    status: 503,
    times: Number.POSITIVE_INFINITY,
  })
  const reads = await Promise.all(seeded.accounts.map((id) => reader.eligibility(id)))
  assert.ok(reads.every((read) => read.stale && read.value !== null))
  assert.ok(outage.struck >= 1 && outage.struck < 20, `${outage.struck} calls`)
})

test("Salesforce that is slower than the reader waits is passed over in that time", async () => {
  const reader = reading.reader({ salesforce: { ...access(), timeoutMs: 400 } })
  org.faults.arm("http.slow", { path: /composite/, afterBytes: 0, pauseMs: 30_000, times: 100 })
  await reader.eligibility(seeded.accounts[0] as string)
  const startedAt = performance.now()
  const read = await reader.eligibility(seeded.accounts[1] as string)
  assert.ok(performance.now() - startedAt < 15_000, "it waited for Salesforce")
  assert.deepEqual([read.source, read.stale], ["shadow", true])
  assert.match(read.reason ?? "", /did not answer within 400 ms/)
})

test("a refused connection, an HTML page and an error of Salesforce are served from the shadow", async () => {
  const free = createServer().listen(0, "127.0.0.1")
  await once(free, "listening")
  const { port } = free.address() as { port: number }
  await new Promise((done) => free.close(done))
  const nobody = reading.reader({ salesforce: { ...access(), loginUrl: `https://127.0.0.1:${port}` } })
  const refused = await nobody.eligibility(seeded.accounts[0] as string)
  assert.deepEqual([refused.source, refused.stale], ["shadow", true])
  assert.match(refused.reason ?? "", /ECONNREFUSED/)

  const reader = await warmReader()
  org.faults.arm("http.html", {})
  assert.equal((await reader.eligibility(seeded.accounts[0] as string)).stale, true)
  org.faults.arm("http.cut", { path: /composite/, afterBytes: 1 })
  assert.equal((await reader.eligibility(seeded.accounts[0] as string)).stale, true)
  assert.equal((await reader.eligibility(seeded.accounts[0] as string)).source, "salesforce")
})

test("a missing record is null, and stale, while Salesforce cannot be asked", async () => {
  const reader = await warmReader()
  await reading.claim(60)
  org.faults.arm("http.status", { status: 503 })
  const read = await reader.eligibility(org.transaction((tx) => tx.create("Account", { Name: "New" })))
  assert.deepEqual([read.value, read.source, read.stale], [null, "shadow", true])
})

test("a used-up limit stops all questions at once", async () => {
  const reader = await warmReader()
  const refusal = org.faults.arm("http.status", { status: 403, times: Number.POSITIVE_INFINITY })
  const read = await reader.eligibility(seeded.accounts[0] as string)
  assert.match(read.reason ?? "", /REQUEST_LIMIT_EXCEEDED/)
  await Promise.all(seeded.accounts.slice(0, 50).map((id) => reader.eligibility(id)))
  assert.equal(refusal.struck, 1)
})

test("nothing is asked above 98 % of the org's API requests", async () => {
  const reader = await warmReader()
  const { apiRequests } = org.usage
  const { used } = apiRequests
  apiRequests.used = apiRequests.max * 0.985
  assert.equal((await reader.eligibility(seeded.accounts[0] as string)).source, "salesforce")
  const calls = reading.calls()
  const read = await reader.eligibility(seeded.accounts[1] as string)
  assert.deepEqual([read.source, read.stale], ["shadow", true])
  assert.match(read.reason ?? "", /API requests of the last 24 hours/)
  assert.equal(reading.calls(), calls)
  apiRequests.used = used
})

test("at which share readers stop is what sf_shadow.budget says", async (t) => {
  const share = (percent: number) =>
    reading.pool.query("update sf_shadow.budget set stops_at_percent = $1 where kind = 'fallback'", [percent])
  t.after(() => share(98))
  await share(50)
  const reader = await warmReader()
  const { apiRequests } = org.usage
  const { used } = apiRequests
  apiRequests.used = apiRequests.max * 0.6
  assert.equal((await reader.eligibility(seeded.accounts[0] as string)).source, "salesforce")
  const calls = reading.calls()
  const read = await reader.eligibility(seeded.accounts[1] as string)
  assert.match(read.reason ?? "", /API requests of the last 24 hours/)
  assert.equal(reading.calls(), calls)
  apiRequests.used = used
})

test("nothing is asked while the service says that readers must not", async () => {
  await reading.pool.query(
    "update sf_shadow.api_usage set used = 99, max = 100, observed_at = now() where limit_name = 'DailyApiRequests'",
  )
  const calls = reading.calls()
  const read = await reading.reader().eligibility(seeded.accounts[1] as string)
  await reading.pool.query("update sf_shadow.api_usage set used = 0, max = 0, observed_at = '-infinity'")
  assert.deepEqual([read.source, read.stale], ["shadow", true])
  assert.match(read.reason ?? "", /DailyApiRequests/)
  assert.equal(reading.calls(), calls)
})

test("a record that the shadow cannot store is not served as if it could", async () => {
  const id = seeded.products[0] as string
  const entry = [...org.rows("PricebookEntry")].find((one) => one.Product2Id === id && one.IsActive)
  assert.ok(entry)
  const before = entry.UnitPrice as number
  org.transaction((tx) => tx.update("PricebookEntry", entry.Id as string, { UnitPrice: 1.001 }))
  const read = await reading.reader().product(id)
  org.transaction((tx) => tx.update("PricebookEntry", entry.Id as string, { UnitPrice: before }))
  assert.deepEqual([read.source, read.stale], ["shadow", true])
  assert.match(read.reason ?? "", new RegExp(`cannot store: ${entry.Id}: UnitPrice is 1.001`))
})

test("a text that Postgres cannot hold is told, and the shadow served", async () => {
  const id = seeded.products[1] as string
  const before = org.read("Product2", id)?.Name
  for (const [name, what] of [
    ["cut \ud83d", /Name holds half of a character \(\\ud83d\), which Postgres cannot store/],
    ["before\0after", /Name holds a NUL \(\\u0000\)/],
  ] as const) {
    org.transaction((tx) => tx.update("Product2", id, { Name: name }))
    const read = await reading.reader().product(id)
    assert.deepEqual([read.source, read.stale, read.value?.name], ["shadow", true, before])
    assert.match(read.reason ?? "", what)
  }
  org.transaction((tx) => tx.update("Product2", id, { Name: before }))
})

function access() {
  const { clientId, clientSecret } = reading.simulator.credentials
  return {
    loginUrl: reading.simulator.loginUrl,
    auth: "client-credentials" as const,
    clientId,
    clientSecret,
    ca: reading.simulator.ca,
  }
}

test("too many calls at the same moment fail one read, and leave the next one its question", async () => {
  const reader = await warmReader()
  const body = JSON.stringify([
    {
      errorCode: "REQUEST_LIMIT_EXCEEDED",
      message: "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    },
  ])
  org.faults.arm("http.status", { path: /composite/, status: 403, body })
  const refused = await reader.eligibility(seeded.accounts[0] as string)
  assert.deepEqual([refused.source, refused.stale], ["shadow", true])
  assert.equal((await reader.eligibility(seeded.accounts[0] as string)).source, "salesforce")
})

test("an org that moves costs no read its answer", async () => {
  const reader = await warmReader()
  await reading.simulator.move({ old: "redirects" })
  assert.equal((await reader.eligibility(seeded.accounts[2] as string)).source, "salesforce")
  await reading.simulator.move({ old: "refuses" })
  assert.equal((await reader.eligibility(seeded.accounts[3] as string)).source, "salesforce")
})
