import assert from "node:assert/strict"
import { generateKeyPairSync } from "node:crypto"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { after, before, describe, it } from "node:test"
import { jwtVerify } from "jose"
import type { SalesforceConfig } from "../../src/config.ts"
import { SalesforceError } from "../../src/salesforce/errors.ts"
import { jwtAudience } from "../../src/salesforce/login.ts"
import { createSession } from "../../src/salesforce/session.ts"
import { type Handler, type HttpsServer, startHttps, token } from "./https_server.ts"

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })

describe("Login", () => {
  let server: HttpsServer
  let answer: Handler

  before(async () => {
    server = await startHttps((request, response, body) => answer(request, response, body))
  })
  after(() => server.close())

  const answers = (status: number, body: string, type = "application/json") => {
    answer = (_request, response) => {
      response.writeHead(status, { "content-type": type }).end(body)
    }
  }
  const jwt = (key: string): Partial<SalesforceConfig> => ({
    auth: "jwt",
    username: "shadow@example.com",
    privateKey: key,
  })
  const refusal = async (change: Partial<SalesforceConfig> = {}): Promise<SalesforceError> => {
    const session = createSession({ ...server.config, ...change })
    try {
      await session.credentials()
    } catch (error) {
      assert.ok(error instanceof SalesforceError, String(error))
      assert.doesNotMatch(`${error.message} ${error.stack}`, /a-secret-nobody|PRIVATE KEY|token-\d/)
      return error
    } finally {
      await session.close()
    }
    assert.fail("logged in")
  }

  it("sends client credentials and takes token, instance and tenant from the answer", async () => {
    let form = new URLSearchParams()
    answer = (_request, response, body) => {
      form = new URLSearchParams(body)
      response.end(token(server, 1))
    }
    const session = createSession(server.config)
    assert.deepEqual(await session.credentials(), {
      accessToken: "token-1",
      instanceUrl: server.url,
      tenantId: "00DR00000001234MAA",
    })
    assert.deepEqual(Object.fromEntries(form), {
      grant_type: "client_credentials",
      client_id: "client",
      client_secret: "a-secret-nobody-may-see",
    })
    await session.close()
  })

  it("signs a short-lived assertion, with keys in either PEM form and on one line", async () => {
    const forms: URLSearchParams[] = []
    answer = (_request, response, body) => {
      forms.push(new URLSearchParams(body))
      response.end(token(server, forms.length))
    }
    const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
    const pkcs1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString()
    for (const pem of [pkcs8, pkcs1, pkcs8.replaceAll("\n", "\\n")]) {
      const session = createSession({ ...server.config, ...jwt(pem) })
      await session.credentials()
      await session.close()
    }
    assert.equal(forms.length, 3)
    for (const form of forms) {
      assert.equal(form.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer")
      const { payload } = await jwtVerify(String(form.get("assertion")), publicKey, {
        issuer: "client",
        subject: "shadow@example.com",
        audience: server.url,
      })
      const lifetime = Number(payload.exp) - Date.now() / 1_000
      assert.ok(lifetime > 100 && lifetime <= 180, `${lifetime} s`)
    }
  })

  it("names the audience Salesforce expects for each login host", () => {
    assert.equal(jwtAudience("https://login.salesforce.com"), "https://login.salesforce.com")
    assert.equal(jwtAudience("https://test.salesforce.com/"), "https://test.salesforce.com")
    assert.equal(jwtAudience("https://acme.my.salesforce.com"), "https://login.salesforce.com")
    assert.equal(jwtAudience("https://acme--uat.sandbox.my.salesforce.com"), "https://test.salesforce.com")
    assert.equal(jwtAudience("https://127.0.0.1:8443/"), "https://127.0.0.1:8443")
  })

  it("says which variable to look at when Salesforce refuses", async () => {
    const cases: [string, Partial<SalesforceConfig>, RegExp][] = [
      ['{"error":"invalid_client","error_description":"invalid client credentials"}', {}, /SF_CLIENT_SECRET/],
      ['{"error":"invalid_client_id","error_description":"client identifier invalid"}', {}, /SF_CLIENT_ID/],
      [
        '{"error":"invalid_grant","error_description":"no client credentials user enabled"}',
        {},
        /name the user it runs as/,
      ],
      [
        '{"error":"invalid_grant","error_description":"invalid assertion"}',
        jwt(privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
        /invalid assertion; check that SF_PRIVATE_KEY/,
      ],
    ]
    for (const [body, change, expected] of cases) {
      answers(400, body)
      const error = await refusal(change)
      assert.match(error.message, expected)
      assert.deepEqual([error.status, error.retryable, error.code], [400, false, JSON.parse(body).error])
    }
  })

  it("tells a key it cannot use before it asks Salesforce", async () => {
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
    const asked = server.requests.length
    assert.match((await refusal(jwt("-----BEGIN PRIVATE KEY-----\nAAAA\n"))).message, /SF_PRIVATE_KEY is not/)
    const pem = ec.export({ type: "pkcs8", format: "pem" }).toString()
    assert.match((await refusal(jwt(pem))).message, /SF_PRIVATE_KEY is a key of type ec/)
    assert.equal(server.requests.length, asked)
  })

  it("tells a host that is not Salesforce", async () => {
    answers(200, "<html><title>Acme</title><p>Welcome to our shop</p></html>", "text/html")
    assert.match((await refusal()).message, /not JSON; check that SF_LOGIN_URL/)
    answers(404, "<html><h1>Not here</h1></html>", "text/html")
    assert.match((await refusal()).message, /HTTP 404 HTTP_404: Not here; check SF_LOGIN_URL/)
    answers(200, '{"access_token":"token-9","instance_url":"https://x.example"}')
    assert.match((await refusal()).message, /without access_token, instance_url or a full id/)
    answer = (_request, response) => {
      response.writeHead(302, { location: "https://acme.lightning.force.com/x?secret=1" }).end()
    }
    assert.match(
      (await refusal()).message,
      /redirects to https:\/\/acme.lightning.force.com\/x; set SF_LOGIN_URL/,
    )
  })

  it("names the login host and its variable when it cannot be reached", async () => {
    const dns = await refusal({ loginUrl: "https://login.salesforce.invalid" })
    assert.match(dns.message, /login.salesforce.invalid cannot be resolved.*SF_LOGIN_URL/)
    const closed = createServer().listen(0, "127.0.0.1")
    await once(closed, "listening")
    const { port } = closed.address() as AddressInfo
    await new Promise((done) => closed.close(done))
    const refused = await refusal({ loginUrl: `https://127.0.0.1:${port}` })
    assert.match(refused.message, /cannot connect to 127.0.0.1:\d+ \(SF_LOGIN_URL\) \(ECONNREFUSED\)/)
    assert.deepEqual([dns.retryable, refused.retryable], [true, true])
  })

  it("does not trust a certificate nobody vouched for, nor a port without TLS", async () => {
    const { ca: _, ...untrusting } = server.config
    const session = createSession(untrusting)
    await assert.rejects(session.credentials(), /not signed by a trusted authority.*SF_CA_FILE/)
    await session.close()
    const plain = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))
    plain.listen(0, "127.0.0.1")
    await once(plain, "listening")
    const { port } = plain.address() as AddressInfo
    assert.match((await refusal({ loginUrl: `https://127.0.0.1:${port}` })).message, /does it speak https/)
    plain.close()
  })
})
