import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { importPKCS8, SignJWT } from "jose"
import { Connection } from "jsforce"
import { setDispatcher } from "jsforce/lib/request.js"
import { Agent } from "undici"
import { type Client, startWithClient } from "./client.ts"

type Name = { Id: string; Name: string }

describe("jsforce works against the simulator", () => {
  let client: Client

  before(async () => {
    client = await startWithClient({ products: 2500, pricebooks: 1, accounts: 5, bulkJobMs: [10, 50] })
    // jsforce takes no CA; its dispatcher is set for the whole process. (NODE_EXTRA_CA_CERTS is read
    // at start only; tls.setDefaultCACertificates, from Node 22.19, would do as well.)
    const dispatcher = new Agent({ connect: { ca: client.simulator.ca, allowH2: false } })
    setDispatcher(dispatcher as never)
  })
  after(() => client.close())

  function withClientCredentials(): Connection {
    const { loginUrl, credentials } = client.simulator
    const { clientId, clientSecret } = credentials
    return new Connection({
      instanceUrl: loginUrl,
      version: "66.0",
      oauth2: { loginUrl, clientId, clientSecret },
      refreshFn(connection, callback) {
        connection.oauth2
          .requestToken({ grant_type: "client_credentials" })
          .then(({ access_token }) => callback(null, access_token))
          .catch((error) => callback(error))
      },
    })
  }

  it("logs in by client credentials through refreshFn, again when the token expires", async () => {
    const connection = withClientCredentials()
    assert.equal((await connection.query<Name>("SELECT Id FROM Account")).totalSize, 5)
    client.simulator.sessions.expireAll()
    assert.equal((await connection.query<Name>("SELECT Id FROM Account")).totalSize, 5)
  })

  it("logs in by a JWT signed with the private key", async () => {
    const { loginUrl, credentials, org } = client.simulator
    const connection = new Connection({
      oauth2: { loginUrl, clientId: credentials.clientId },
      version: "66.0",
    })
    const assertion = await new SignJWT({ scope: "api" })
      .setProtectedHeader({ alg: "RS256" })
      .setIssuer(credentials.clientId)
      .setSubject(credentials.username)
      .setAudience(loginUrl)
      .setExpirationTime("3m")
      .sign(await importPKCS8(credentials.privateKey, "RS256"))
    const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    const user = await connection.authorize({ grant_type, assertion })
    assert.equal(user.organizationId, org.id)
    assert.equal((await connection.identity()).username, credentials.username)
  })

  it("pages through a query, describes and reads the limits", async () => {
    const connection = withClientCredentials()
    const found = await connection.query<Name>("SELECT Id, Name FROM Product2", {
      autoFetch: true,
      maxFetch: 10_000,
    })
    assert.equal(found.records.length, 2500)
    assert.equal(new Set(found.records.map((record) => record.Id)).size, 2500)
    const described = await connection.describe("Account")
    assert.equal(described.fields.find((field) => field.name === "BillingAddress")?.type, "address")
    const street = described.fields.find((field) => field.name === "BillingStreet")
    assert.equal(street?.compoundFieldName, "BillingAddress")
    assert.ok((await connection.describeGlobal()).sobjects.some((object) => object.name === "PricebookEntry"))
    const limits = await connection.limits()
    assert.ok((limits.DailyApiRequests?.Remaining ?? 0) < (limits.DailyApiRequests?.Max ?? 0))
    assert.equal(connection.limitInfo.apiUsage?.limit, 100_000)
  })

  it("retrieves records by id", async () => {
    const { org } = client.simulator
    const connection = withClientCredentials()
    const [first] = org.rows("Product2")
    const record = await connection.sobject("Product2").retrieve(first?.Id as string)
    assert.equal(record.Name, first?.Name)
  })

  it("runs a bulk query whose result is one page", async () => {
    const { org } = client.simulator
    const stream = await withClientCredentials().bulk2.query("SELECT Id, Name FROM Product2")
    const records = (await stream.toArray()) as Name[]
    assert.deepEqual(
      new Map(records.map((record) => [record.Id, record.Name])),
      new Map([...org.rows("Product2")].map((record) => [record.Id as string, record.Name as string])),
    )
  })
})
