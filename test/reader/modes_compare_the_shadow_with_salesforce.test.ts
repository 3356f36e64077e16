import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { Registry } from "prom-client"
import { modeFromEnvironment } from "../../src/reader/mode.ts"
import { startReading } from "./reading.ts"

const reading = await startReading()
const { org, seeded } = reading
const account = seeded.accounts[0] as string
let register: Registry

beforeEach(async () => {
  register = new Registry()
  org.faults.disarm()
  await reading.pool.query("delete from sf_shadow.refresh_request")
  await reading.claim(0)
})
afterEach(() => {
  delete process.env.ENABLE_SF_SHADOW_READS
})

function counted(name: string, labels: Record<string, string> = {}): Promise<number> {
  return reading.count(name, labels, register)
}

/** Makes the shadow wrong about an account, which it claims to hold as of now. */
async function spoil(id: string): Promise<void> {
  await reading.pool.query(
    `update public.sf_account_eligibility_shadow set internet_eligibility = 'Wrong', updated_at = now() - interval '1 day'
     where account_id = $1`,
    [id],
  )
}

test("live: Salesforce answers first, and an equal shadow is no mismatch", async () => {
  const reader = reading.reader({ mode: "live", register })
  for (const id of seeded.accounts) assert.equal((await reader.eligibility(id)).source, "salesforce")
  for (const id of seeded.products) assert.equal((await reader.product(id)).source, "salesforce")
  await reader.catalog()
  await reader.idle()
  assert.equal(await counted("sf_shadow_read_compared_total", { object: "Account" }), 20)
  assert.equal(await counted("sf_shadow_read_compared_total", { object: "Product2" }), 13)
  assert.equal(await counted("sf_shadow_read_mismatch_total"), 0)
})

test("live: a shadow that is wrong is counted, and read again", async () => {
  await spoil(account)
  const reader = reading.reader({ mode: "live", register })
  const read = await reader.eligibility(account)
  assert.equal(read.value?.internetEligibility, org.read("Account", account)?.Internet_Eligibility__c ?? null)
  await reader.idle()
  assert.equal(await counted("sf_shadow_read_mismatch_total", { object: "Account", late: "no" }), 1)
  assert.deepEqual(await reading.requested("Account"), [account])
  await reading.load("Account")
})

test("live: a change that the shadow does not claim to hold yet is counted as late", async () => {
  await reading.claim(60)
  const changed = seeded.accounts[2] as string
  org.transaction((tx) => tx.update("Account", changed, { Internet_Eligibility__c: "Pending" }))
  const reader = reading.reader({ mode: "live", register })
  assert.equal((await reader.eligibility(changed)).value?.internetEligibility, "Pending")
  await reader.idle()
  assert.equal(await counted("sf_shadow_read_mismatch_total", { late: "yes" }), 1)
  assert.equal(await counted("sf_shadow_read_mismatch_total", { late: "no" }), 0)
  await reading.load("Account")
})

test("live: the shadow answers while Salesforce fails, and says how fresh it is", async () => {
  await reading.claim(60)
  org.faults.arm("http.status", { status: 503 })
  const reader = reading.reader({ mode: "live", register })
  await reader.product(seeded.products[0] as string)
  org.faults.arm("http.status", { status: 503, times: 20 })
  const read = await reader.eligibility(account)
  assert.deepEqual([read.source, read.stale], ["shadow", false])
  assert.match(read.reason ?? "", /503/)
  await reading.claim(3600)
  await reading.age("Account", 3600)
  assert.equal((await reader.eligibility(account)).stale, true)
  org.faults.disarm()
  await reading.load("Account")
})

test("compare: the shadow answers, and each answer is compared", async () => {
  await spoil(account)
  const reader = reading.reader({ mode: "compare", register })
  const read = await reader.eligibility(account)
  assert.deepEqual([read.source, read.value?.internetEligibility], ["shadow", "Wrong"])
  await reader.eligibility(seeded.accounts[1] as string)
  await reader.idle()
  assert.equal(await counted("sf_shadow_read_compared_total", { object: "Account" }), 2)
  assert.equal(await counted("sf_shadow_read_mismatch_total", { late: "no" }), 1)
  await reading.load("Account")
})

test("shadow: nothing is compared, and a fresh shadow costs no call", async () => {
  const calls = reading.calls()
  const reader = reading.reader({ register })
  assert.equal((await reader.eligibility(account)).source, "shadow")
  await reader.idle()
  assert.equal(reading.calls(), calls)
  assert.equal(await counted("sf_shadow_read_compared_total"), 0)
  assert.equal(await counted("sf_shadow_reads_total", { source: "shadow", stale: "no" }), 1)
})

test("ENABLE_SF_SHADOW_READS decides where no mode is given", () => {
  assert.equal(modeFromEnvironment({}), "shadow")
  for (const on of ["true", "1", "on", "YES"]) {
    assert.equal(modeFromEnvironment({ ENABLE_SF_SHADOW_READS: on }), "shadow")
  }
  for (const off of ["false", "0", "off", "no"]) {
    assert.equal(modeFromEnvironment({ ENABLE_SF_SHADOW_READS: off }), "live")
  }
  assert.equal(modeFromEnvironment({ ENABLE_SF_SHADOW_READS: "compare" }), "compare")
  assert.throws(() => modeFromEnvironment({ ENABLE_SF_SHADOW_READS: "maybe" }), /must be on, off/)
  process.env.ENABLE_SF_SHADOW_READS = "false"
  assert.equal(reading.reader({ mode: undefined as never }).mode, "live")
})
