import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { importPKCS8, SignJWT } from "jose"
import { type Client, requestToken, startWithClient } from "./client.ts"

type Entry = { Id: string; UnitPrice: number; Product2: { ProductCode: string | null } | null }

describe("The REST API", () => {
  let client: Client

  before(async () => {
    client = await startWithClient({ products: 300, pricebooks: 2, accounts: 30 })
  })
  after(() => client.close())

  const error = async (path: string) => {
    const { status, text } = await client.send(path)
    const [first] = JSON.parse(text) as { errorCode: string; message: string }[]
    return { status, errorCode: first?.errorCode, message: first?.message ?? "" }
  }
  const soql = (query: string) => `/query?${new URLSearchParams({ q: query })}`

  it("evaluates conditions, parents, order and limit", async () => {
    const { org } = client.simulator
    const products = new Map([...org.rows("Product2")].map((row) => [row.Id, row]))
    const wanted = [...org.rows("PricebookEntry")].filter((row) => {
      const product = products.get(row.Product2Id as string)
      const code = product?.ProductCode as string | null
      return (Number(row.UnitPrice) >= 50_000 || row.IsActive === false) && code?.startsWith("P-1") === true
    })
    const { records } = await client.query<Entry>(
      "SELECT Id, UnitPrice, Product2.ProductCode FROM PricebookEntry WHERE (UnitPrice >= 50000 OR IsActive = false) AND Product2.ProductCode LIKE 'p-1%' ORDER BY UnitPrice DESC",
    )
    assert.ok(records.length > 0)
    const byPrice = wanted.sort((a, b) => Number(b.UnitPrice) - Number(a.UnitPrice))
    assert.deepEqual(
      records.map(({ Id }) => Id),
      byPrice.map((row) => row.Id),
    )
    assert.equal(
      records[0]?.Product2?.ProductCode,
      products.get(byPrice[0]?.Product2Id as string)?.ProductCode,
    )
    const count = await client.query(
      "SELECT COUNT() FROM Product2 WHERE NOT (ProductCode = null OR IsActive = false)",
    )
    const live = [...products.values()].filter((row) => row.ProductCode !== null && row.IsActive === true)
    assert.deepEqual(count, { totalSize: live.length, done: true, records: [] })
    const stamps = "SELECT COUNT() FROM Account WHERE SystemModstamp >= 2020-01-01T00:00:00Z"
    assert.equal((await client.query(stamps)).totalSize, 30)
    assert.equal((await client.query(stamps.replace(">=", "<"))).totalSize, 0)
  })

  it("pages by nextRecordsUrl with the batch size asked for", async () => {
    const headers = { "sforce-query-options": "batchSize=200" }
    const first = JSON.parse((await client.send(soql("SELECT Id FROM PricebookEntry"), { headers })).text)
    assert.deepEqual([first.totalSize, first.done, first.records.length], [600, false, 200])
    const ids = new Set<string>(first.records.map((record: Entry) => record.Id))
    for (let next = first.nextRecordsUrl; next !== undefined; ) {
      const page = await client.get<{ records: Entry[]; nextRecordsUrl?: string }>(next)
      for (const { Id } of page.records) ids.add(Id)
      next = page.nextRecordsUrl
    }
    assert.equal(ids.size, 600)
    assert.equal((await error("/query/0r8Dp0000000000AAA-200")).errorCode, "INVALID_QUERY_LOCATOR")
  })

  it("reads records by id, in the order asked for, null for those that are not there", async () => {
    const { org } = client.simulator
    const [one, two, gone] = [...org.rows("Account")].map((row) => row.Id as string)
    org.hardDelete("Account", [gone as string])
    const ids = [two, "001000000000000AAA", one]
    const found = await client.post<({ Id: string; Name: string } | null)[]>("/composite/sobjects/Account", {
      ids,
      fields: ["Id", "Name", "BillingAddress", "LastModifiedDate"],
    })
    assert.deepEqual(
      found.map((record) => record?.Id ?? null),
      [two, null, one],
    )
    const query = `SELECT Id, BillingAddress, LastModifiedDate FROM Account WHERE Id IN ('${one}', '${two?.slice(0, 15)}')`
    const { records } = await client.query<{ LastModifiedDate: string }>(query)
    assert.equal(records.length, 2)
    assert.match(records[0]?.LastModifiedDate ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/)
  })

  it("refuses as Salesforce does", async () => {
    const field = await error(soql("SELECT Id, Nope__c FROM Product2"))
    assert.deepEqual([field.status, field.errorCode], [400, "INVALID_FIELD"])
    assert.match(field.message, /No such column 'Nope__c' on entity 'Product2'/)
    assert.match(
      (await error(soql("SELECT Nope.Id FROM Product2"))).message,
      /Didn't understand relationship 'Nope'/,
    )
    assert.equal((await error(soql("SELECT Id FROM Nope"))).errorCode, "INVALID_TYPE")
    assert.equal((await error(soql("SELECT FROM Product2"))).errorCode, "MALFORMED_QUERY")
    const mixed = "SELECT Id FROM Product2 WHERE Name = 'a' OR Name = 'b' AND Name = 'c'"
    assert.equal((await error(soql(mixed))).errorCode, "MALFORMED_QUERY")
    assert.deepEqual(await error("/nothing"), {
      status: 404,
      errorCode: "NOT_FOUND",
      message: "The requested resource does not exist",
    })
    const headers = { authorization: "Bearer nobody" }
    const { status, text } = await client.send("/limits", { headers })
    assert.equal(status, 401)
    assert.deepEqual(JSON.parse(text), [
      { message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" },
    ])
  })

  it("hides a field whose permission is lost from describe and queries", async () => {
    const { org } = client.simulator
    org.faults.arm("field.permission", {
      object: "Product2",
      field: "VPN_Region__c",
      times: Number.POSITIVE_INFINITY,
    })
    assert.equal((await error(soql("SELECT VPN_Region__c FROM Product2"))).errorCode, "INVALID_FIELD")
    const { fields } = await client.get<{ fields: { name: string }[] }>("/sobjects/Product2/describe")
    assert.ok(!fields.some(({ name }) => name === "VPN_Region__c"))
    org.faults.disarm("field.permission")
    assert.equal((await client.query("SELECT VPN_Region__c FROM Product2 LIMIT 1")).totalSize, 1)
  })

  it("refuses a login with a wrong secret, key, user or audience, as objects", async () => {
    const { credentials, loginUrl } = client.simulator
    const refused = async (form: Record<string, string>) => {
      const { status, text } = await requestToken(client, form)
      assert.equal(status, 400)
      return JSON.parse(text) as { error: string; error_description: string }
    }
    const assertion = async (claims: { sub?: string; aud?: string; exp?: string }) =>
      new SignJWT({})
        .setProtectedHeader({ alg: "RS256" })
        .setIssuer(credentials.clientId)
        .setSubject(claims.sub ?? credentials.username)
        .setAudience(claims.aud ?? loginUrl)
        .setExpirationTime(claims.exp ?? "3m")
        .sign(await importPKCS8(credentials.privateKey, "RS256"))
    const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    const wrong = {
      grant_type: "client_credentials",
      client_id: credentials.clientId,
      client_secret: "wrong",
    }
    assert.deepEqual(await refused(wrong), {
      error: "invalid_client",
      error_description: "invalid client credentials",
    })
    const good = await assertion({})
    const forged = `${good.slice(0, -10)}${good.endsWith("AAAAAAAAAA") ? "BBBBBBBBBB" : "AAAAAAAAAA"}`
    assert.equal((await refused({ grant_type, assertion: forged })).error_description, "invalid assertion")
    for (const [claims, reason] of [
      [{ sub: "nobody@example.com" }, "user hasn't approved this consumer"],
      [{ aud: "https://example.com" }, "audience is invalid"],
      [{ exp: "-1m" }, "expired authorization code"],
      [{ exp: "1h" }, "invalid assertion"],
    ] as const) {
      assert.equal(
        (await refused({ grant_type, assertion: await assertion(claims) })).error_description,
        reason,
      )
    }
    assert.equal((await requestToken(client, { grant_type, assertion: good })).status, 200)
  })
})
