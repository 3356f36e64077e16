import assert from "node:assert/strict"
import { generateKeyPairSync } from "node:crypto"
import { text } from "node:stream/consumers"
import { setTimeout as delay } from "node:timers/promises"
import { parse } from "csv-parse/sync"
import { mark } from "../../src/base/unstorable.ts"
import { abortJob, createQueryJob, deleteJob, getQueryJob, type QueryJob } from "../../src/salesforce/bulk.ts"
import { openResultPage } from "../../src/salesforce/bulk_results.ts"
import { CsvGuard } from "../../src/salesforce/csv_guard.ts"
import { describeObject } from "../../src/salesforce/describe.ts"
import { SalesforceError } from "../../src/salesforce/errors.ts"
import { readLimits } from "../../src/salesforce/limits.ts"
import { countRecords, readRecords } from "../../src/salesforce/records.ts"
import { createSession, type Session } from "../../src/salesforce/session.ts"
import { orgTest } from "./simulated_org.ts"

const columns = ["Id", "Name", "StockKeepingUnit", "IsActive", "SystemModstamp", "Description"]
const soql = `SELECT ${columns.join(",")} FROM Product2`

async function runJob(session: Session, query = soql): Promise<QueryJob> {
  const created = await createQueryJob(session, { object: "Product2", soql: query, operation: "query" })
  for (;;) {
    const job = await getQueryJob(session, created.id)
    if (job.state !== "UploadComplete" && job.state !== "InProgress") return job
    await delay(session.config.bulkPollMs)
  }
}

/** Reads a job's pages through the guard; the rows as the CSV has them. */
async function readPages(session: Session, jobId: string, maxRecords: number): Promise<string[][]> {
  const rows: string[][] = []
  let locator: string | null = null
  do {
    const page = await openResultPage(session, jobId, { locator, maxRecords })
    const guard = new CsvGuard({ columns, object: "Product2", jobId })
    rows.push(...parse(await text(page.body.compose(guard)), { from_line: 2 }))
    assert.equal(guard.records, page.numberOfRecords)
    locator = page.nextLocator
  } while (locator !== null)
  return rows
}

const rejection = async (work: PromiseLike<unknown>): Promise<SalesforceError> => {
  const error = await Promise.resolve(work).then(
    () => assert.fail("no error"),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof SalesforceError, String(error))
  return error
}

orgTest("both ways of login work, and wrong keys and secrets are named", async ({ simulator, config }) => {
  const { username, privateKey } = simulator.credentials
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
  const wrongKey = other.export({ type: "pkcs8", format: "pem" }).toString()
  // The org's clock is an hour ahead: the assertion is dated by Salesforce's time all the same.
  const logIn = async (change: object) => {
    const session = createSession({ ...config, ...change })
    return await session.credentials().finally(() => session.close())
  }
  assert.equal((await logIn({})).tenantId, simulator.org.id)
  assert.equal((await logIn({ auth: "jwt", username, privateKey })).tenantId, simulator.org.id)
  const key = await rejection(logIn({ auth: "jwt", username, privateKey: wrongKey }))
  assert.match(key.message, /invalid_grant.*SF_PRIVATE_KEY/)
  const secret = await rejection(logIn({ clientSecret: "WRONG" }))
  assert.match(secret.message, /invalid_client.*SF_CLIENT_SECRET/)
})

orgTest("a bulk job read page by page equals the org", async ({ simulator, session, usage }) => {
  const before = session.credentials().then(() => session.clock.earliest())
  const earliest = (await before).getTime()
  const job = await runJob(session)
  assert.deepEqual([job.state, job.numberRecordsProcessed, job.object], ["JobComplete", 120, "Product2"])
  assert.ok(job.createdDate.getTime() >= Math.floor(earliest / 1_000) * 1_000)
  assert.ok(job.seenAt.getTime() >= simulator.org.now() - 50)
  const rows = await readPages(session, job.id, 7)
  const inOrg = [...simulator.org.rows("Product2")].map((record) =>
    columns.map((column) => String(record[column] ?? "")),
  )
  const byId = (a: string[], b: string[]) => (`${a[0]}` < `${b[0]}` ? -1 : 1)
  assert.deepEqual(rows.sort(byId), inOrg.sort(byId))
  assert.ok(Number(usage.at(-1)?.used) > 20)
  await deleteJob(session, job.id)
  await deleteJob(session, job.id)
  assert.equal((await rejection(getQueryJob(session, job.id))).code, "JOB_RESULT_GONE")
})

orgTest(
  "tokens that expire between pages and polls are renewed on the way",
  async ({ simulator, session }) => {
    const job = await runJob(session)
    const first = await openResultPage(session, job.id, { locator: null, maxRecords: 50 })
    await text(first.body)
    simulator.sessions.expireAll()
    const second = await openResultPage(session, job.id, { locator: first.nextLocator, maxRecords: 50 })
    assert.equal(second.numberOfRecords, 50)
    second.body.destroy()
    simulator.sessions.expireAll()
    assert.equal((await session.connection.query("SELECT Id FROM Product2 LIMIT 3")).records.length, 3)
    simulator.sessions.expireAll()
    assert.equal((await getQueryJob(session, job.id)).state, "JobComplete")
  },
)

orgTest(
  "broken pages fail with what is wrong, and read well the next time",
  async ({ simulator, session }) => {
    const job = await runJob(session)
    const path = /\/results/
    const { faults } = simulator.org
    const arm = [
      () => faults.arm("http.cut", { path, afterBytes: 200 }),
      () => faults.arm("http.slow", { path, afterBytes: 200, pauseMs: 60_000 }),
      () => faults.arm("http.html", { path }),
      () => faults.arm("http.missing-header", { path, header: "sforce-locator" }),
      () => faults.arm("http.missing-header", { path, header: "sforce-numberofrecords" }),
    ]
    const errors = [
      /broke|cut short/,
      /stopped sending/,
      /Down For Maintenance/,
      /Sforce-Locator/,
      /Sforce-Number/,
    ]
    for (const [index, fault] of arm.entries()) {
      fault()
      const error = await rejection(readPages(session, job.id, 200))
      assert.match(error.message, errors[index] as RegExp)
      assert.match(error.message, new RegExp(`the first page of bulk job ${job.id}`))
      assert.equal((await readPages(session, job.id, 200)).length, 120)
    }
    for (const status of [420, 503] as const) faults.arm("http.status", { path, status })
    assert.equal((await readPages(session, job.id, 200)).length, 120)
  },
)

orgTest(
  "a job can fail, be aborted, or be refused, in Salesforce's words",
  async ({ simulator, session }) => {
    simulator.org.faults.arm("bulk.fail", { errorMessage: "Internal error 17" })
    const failed = await runJob(session)
    assert.deepEqual([failed.state, failed.errorMessage], ["Failed", "Internal error 17"])
    simulator.org.faults.arm("bulk.hang", {})
    const hanging = await createQueryJob(session, { object: "Product2", soql, operation: "queryAll" })
    await abortJob(session, hanging.id)
    assert.equal((await getQueryJob(session, hanging.id)).state, "Aborted")
    await abortJob(session, hanging.id)
    const refused = await rejection(runJob(session, "SELECT Id, Nonsense__c FROM Product2"))
    assert.match(
      refused.message,
      /^Creation of a bulk query job for Product2: .*INVALID_FIELD: .*Nonsense__c/s,
    )
    assert.equal(refused.retryable, false)
  },
)

orgTest("a NUL byte in a text is marked on its way out of the page", async ({ simulator, session }) => {
  const name = "before\0after"
  simulator.org.transaction((tx) => tx.create("Product2", { Name: name, StockKeepingUnit: "nul" }))
  const job = await runJob(session, `${soql} WHERE StockKeepingUnit = 'nul'`)
  const rows = await readPages(session, job.id, 10)
  assert.equal(rows[0]?.[1], `before${mark("u0000")}after`)
})

orgTest(
  "records read by Id equal the org; deleted ones are missing",
  async ({ simulator, seeded, session }) => {
    const [gone = "", ...kept] = seeded.products
    simulator.org.transaction((tx) => tx.delete("Product2", gone))
    const hard = kept.pop() ?? ""
    simulator.org.hardDelete("Product2", [hard])
    const startedAt = simulator.org.now()
    const read = await readRecords(session, { object: "Product2", fields: ["Name"], ids: seeded.products })
    assert.deepEqual(read.missing.sort(), [gone, hard].sort())
    assert.deepEqual(
      read.records.map((record) => JSON.parse(record)),
      kept.map((id) => ({ Id: id, Name: simulator.org.read("Product2", id)?.Name })),
    )
    assert.ok(read.readFrom.getTime() <= startedAt && read.readFrom.getTime() > startedAt - 5_000)
    assert.ok(read.readTo.getTime() >= simulator.org.now() - 50)
    const entries = { object: "PricebookEntry", fields: ["UnitPrice", "Product2.StockKeepingUnit"] }
    const dotted = await readRecords(session, { ...entries, ids: seeded.entries })
    assert.equal(dotted.records.length + dotted.missing.length, seeded.entries.length)
    for (const record of dotted.records.map((one) => JSON.parse(one))) {
      const entry = simulator.org.read("PricebookEntry", record.Id)
      const product = simulator.org.read("Product2", String(entry?.Product2Id))
      assert.equal(record.UnitPrice, entry?.UnitPrice)
      assert.equal(record["Product2.StockKeepingUnit"], product?.StockKeepingUnit ?? null)
    }
  },
)

orgTest(
  "an HTML page where JSON was due is an error that tells its words",
  async ({ simulator, session }) => {
    const job = await runJob(session)
    const calls: (() => PromiseLike<unknown>)[] = [
      () => describeObject(session, "Product2"),
      () => getQueryJob(session, job.id),
      () => countRecords(session, "Product2"),
      () => readLimits(session),
      () => readRecords(session, { object: "Product2", fields: ["Name"], ids: [simulator.org.id] }),
    ]
    for (const call of calls) {
      simulator.org.faults.arm("http.html", { path: /services\/data/ })
      const error = await rejection(call())
      assert.match(error.message, /: Salesforce answered text\/html where JSON was due: Down For Maintenance/)
      assert.deepEqual([error.code, error.retryable], ["NOT_JSON", true])
    }
  },
)

orgTest("counts and limits are read", async ({ session }) => {
  assert.equal(await countRecords(session, "Product2"), 120)
  assert.equal(await countRecords(session, "Product2", "Name = 'no such product'"), 0)
  const limits = await readLimits(session)
  assert.deepEqual([limits.apiRequests?.max, limits.bulkQueryJobs?.max], [100_000, 10_000])
  assert.ok(Number(limits.apiRequests?.remaining) < 100_000)
  assert.equal(limits.deliveredEvents?.remaining, 25_000)
})

orgTest("describe lists what can be selected and leaves out what cannot", async ({ simulator, session }) => {
  const { name, fields } = await describeObject(session, "Account")
  const byName = new Map(fields.map((field) => [field.name, field]))
  assert.equal(name, "Account")
  for (const left of ["BillingAddress", "LastViewedDate", "LastReferencedDate"]) assert.ok(!byName.has(left))
  assert.equal(byName.get("BillingStreet")?.compoundParent, "BillingAddress")
  assert.equal(byName.get("BillingLatitude")?.type, "number")
  assert.equal(byName.get("SystemModstamp")?.type, "datetime")
  assert.equal(byName.get("IsDeleted")?.type, "boolean")
  assert.equal(byName.get("Name")?.type, "text")
  // What is listed can be queried by Bulk, all of it.
  const job = await runJob(session, `SELECT ${[...byName.keys()].join(",")} FROM Account`)
  assert.equal(job.numberRecordsProcessed, 5)
  simulator.org.faults.arm("http.status", { path: /Nope/, status: 404 })
  const unknown = await rejection(describeObject(session, "Nope__c"))
  assert.match(unknown.message, /^Describe of Nope__c: .*NOT_FOUND/)
})
