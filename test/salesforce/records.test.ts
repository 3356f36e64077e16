import assert from "node:assert/strict"
import { after, before, beforeEach, describe, it } from "node:test"
import { mark } from "../../src/base/unstorable.ts"
import { parseLosslessly } from "../../src/salesforce/lossless_json.ts"
import { readRecords } from "../../src/salesforce/records.ts"
import { createSession, type Session } from "../../src/salesforce/session.ts"
import { type Handler, type HttpsServer, startOrgStub } from "./https_server.ts"

const id = (number: number) => `01tR0000000${String(number).padStart(4, "0")}IAA`

describe("Records read by Id", () => {
  let server: HttpsServer
  let session: Session
  let answer: Handler

  before(async () => {
    server = await startOrgStub((request, response, body) => answer(request, response, body))
    session = createSession(server.config)
    await session.credentials()
  })
  beforeEach(() => {
    server.requests.length = 0
  })
  after(async () => {
    await session.close()
    await server.close()
  })

  it("come 2,000 a call; null, and a record in the recycle bin, are missing", async () => {
    answer = (_request, response, body) => {
      const { ids, fields } = JSON.parse(body)
      assert.deepEqual(fields, ["Id", "Name", "IsDeleted"])
      const records = ids.map((one: string) => {
        if (one === id(3)) return null
        return { attributes: { type: "Product2" }, Id: one, Name: `n ${one}`, IsDeleted: one === id(4) }
      })
      response.end(JSON.stringify(records))
    }
    const ids = Array.from({ length: 2_500 }, (_, number) => id(number))
    const before = Date.now()
    const read = await readRecords(session, { object: "Product2", fields: ["Name", "IsDeleted"], ids })
    assert.deepEqual(server.requests, [
      "POST /services/data/v66.0/composite/sobjects/Product2",
      "POST /services/data/v66.0/composite/sobjects/Product2",
    ])
    assert.deepEqual(read.missing, [id(3), id(4)])
    assert.equal(read.records.length, 2_498)
    assert.equal(read.records[0], `{"Id":"${id(0)}","Name":"n ${id(0)}","IsDeleted":false}`)
    assert.ok(read.readFrom.getTime() <= before && read.readTo.getTime() >= Date.now())
  })

  it("keep every digit of their numbers", async () => {
    answer = (_request, response) => {
      response.end(`[{"Id":"${id(1)}","A":0.10,"B":12345678901234567890,"C":1E2,"D":-0.0,"E":5}]`)
    }
    const fields = ["A", "B", "C", "D", "E"]
    const { records } = await readRecords(session, { object: "X__c", fields, ids: [id(1)] })
    assert.equal(records[0], `{"Id":"${id(1)}","A":0.10,"B":12345678901234567890,"C":1E2,"D":-0.0,"E":5}`)
    assert.equal(
      JSON.stringify(parseLosslessly('[1.0,"1.0",null,true,{"a":1e40}]')),
      '[1.0,"1.0",null,true,{"a":1e40}]',
    )
    // No doubles: Postgres need not have numbers for them.
    assert.deepEqual(parseLosslessly("[1e400,-1e200000,-0.01e-20000]"), [
      "1e400",
      "-1e200000",
      "-0.01e-20000",
    ])
  })

  it("mark what Postgres cannot hold in a text, and keep what only looks like it", async () => {
    const name = Buffer.from(String.raw`"cut \ud83d, \ud83d\ude00 whole, \\ud83d text, nul \u0000\u0000, na`)
    answer = (_request, response) => {
      response.end(
        Buffer.concat([Buffer.from(`[{"Id":"${id(1)}","Name":`), name, Buffer.from('\xefve"}]', "latin1")]),
      )
    }
    const { records } = await readRecords(session, { object: "X__c", fields: ["Name"], ids: [id(1)] })
    const nul = mark("u0000")
    assert.equal(
      JSON.parse(records[0] as string).Name,
      `cut ${mark("ud83d")}, 😀 whole, \\ud83d text, nul ${nul}${nul}, na${mark("xef")}ve`,
    )
  })

  it("are queried, in the body of a composite request and page by page, when a field is a parent's", async () => {
    const asked: string[] = []
    answer = (request, response, body) => {
      if (request.method === "GET") {
        response.end(`{"done":true,"records":[{"Id":"${id(1)}","Product2":{"ProductCode":"P1"}}]}`)
        return
      }
      const [{ method, url, referenceId }] = JSON.parse(body).compositeRequest
      assert.equal(method, "GET")
      asked.push(`${new URL(url, server.url).searchParams.get("q")}`)
      const next = '"done":false,"nextRecordsUrl":"/services/data/v66.0/query/01g-2000"'
      const page = `{${next},"records":[{"Id":"${id(0)}","Product2":null,"UnitPrice":9.50}]}`
      const part = `{"body":${page},"httpHeaders":{},"httpStatusCode":200,"referenceId":"${referenceId}"}`
      response.end(`{"compositeResponse":[${part}]}`)
    }
    const ids = Array.from({ length: 600 }, (_, number) => id(number))
    const fields = ["Id", "Product2.ProductCode", "unitprice"]
    const read = await readRecords(session, { object: "PricebookEntry", fields, ids })
    assert.deepEqual(server.requests, [
      "POST /services/data/v66.0/composite",
      "GET /services/data/v66.0/query/01g-2000",
    ])
    assert.match(
      `${asked[0]}`,
      /^SELECT Id,Product2.ProductCode,unitprice FROM PricebookEntry WHERE Id IN \('01t/,
    )
    assert.deepEqual(
      asked.flatMap((soql) => soql.match(/01tR\w+/g)),
      ids,
    )
    assert.deepEqual(read.records, [
      `{"Id":"${id(0)}","Product2.ProductCode":null,"unitprice":9.50}`,
      `{"Id":"${id(1)}","Product2.ProductCode":"P1","unitprice":null}`,
    ])
    assert.equal(read.missing.length, 598)
  })

  it("fail as the query in a composite request does, whose own status is 200", async () => {
    answer = (_request, response) => {
      const refused = [{ errorCode: "INVALID_FIELD", message: "No such column" }]
      const part = { body: refused, httpHeaders: {}, httpStatusCode: 400, referenceId: "query" }
      response.end(JSON.stringify({ compositeResponse: [part] }))
    }
    const ids = Array.from({ length: 600 }, (_, number) => id(number))
    const reading = readRecords(session, { object: "PricebookEntry", fields: ["Product2.Nothing"], ids })
    await assert.rejects(reading, { code: "INVALID_FIELD", status: 400, retryable: false })
  })

  it("are never taken for deleted because the answer is short or no list", async () => {
    for (const body of ["[]", "[null]", '{"records":[]}', "<html>Maintenance</html>"]) {
      answer = (_request, response) => response.end(body)
      const reading = readRecords(session, { object: "Product2", fields: ["Name"], ids: [id(1), id(2)] })
      await assert.rejects(reading, /^SalesforceError: Read of 2 records of Product2: the answer/)
    }
  })
})
