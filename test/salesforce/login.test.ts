import assert from "node:assert/strict"
import { generateKeyPairSync } from "node:crypto"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { after, before, describe, it } from "node:test"
import { decodeJwt, jwtVerify } from "jose"
import type { SalesforceConfig } from "../../src/base/config.ts"
import { SalesforceError } from "../../src/salesforce/errors.ts"
import { jwtAudiences } from "../../src/salesforce/jwt_audience.ts"
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

  it("begins with the audience that is likely for the login host, and tries what Salesforce's own client tries", () => {
    const [login, test] = ["https://login.salesforce.com", "https://test.salesforce.com"]
    const first: [string, string][] = [
      ["https://login.salesforce.com", login],
      ["https://test.salesforce.com/", test],
      ["https://acme.my.salesforce.com", login],
      ["https://acme-dev-ed.develop.my.salesforce.com", login],
      ["https://acme--uat.sandbox.my.salesforce.com", test],
      ["https://flow-data-1234-dev-ed.scratch.my.salesforce.com", test],
      ["https://acme--dev.my.salesforce.com", test],
      ["https://acme--dev.cs42.my.salesforce.com", test],
      ["https://cs42.salesforce.com", test],
      ["https://na139.salesforce.com", login],
      ["https://usa2s.sfdc-abc123.salesforce.com", test],
      ["https://usa2.sfdc-abc123.salesforce.com", login],
      ["https://acme.my.salesforce.mil", "https://acme.my.salesforce.mil"],
      ["https://acme.my.sfcrmproducts.cn", "https://login.sfcrmproducts.cn"],
      ["https://acme--uat.sandbox.my.sfcrmproducts.cn", "https://test.sfcrmproducts.cn"],
      ["https://acme.my.site.com/customers/", "https://acme.my.site.com/customers"],
    ]
    for (const [host, audience] of first) {
      const tried = jwtAudiences(host)
      assert.equal(tried[0], audience, host)
      assert.ok(tried.includes(login) && tried.includes(test), `${tried}`)
      assert.ok(tried.includes(host.replace(/\/$/, "")), "the host itself, as a My Domain is one")
      assert.equal(new Set(tried).size, tried.length)
    }
    assert.deepEqual(jwtAudiences("https://127.0.0.1:8443/"), ["https://127.0.0.1:8443"])
  })

  it("takes SF_AUDIENCE for the audience, and posts below the path of a site", async () => {
    let asked = ""
    answer = (request, response, body) => {
      asked = `${request.url} ${decodeJwt(String(new URLSearchParams(body).get("assertion"))).aud}`
      response.end(token(server, 1))
    }
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
    const session = createSession({
      ...server.config,
      ...jwt(pem),
      loginUrl: `${server.url}/customers`,
      audience: "https://login.salesforce.mil",
    })
    await session.credentials()
    assert.equal(asked, "/customers/services/oauth2/token https://login.salesforce.mil")
    await session.close()
  })

  it("gives each refusal its own next step, and unknown ones none", async () => {
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
    const cases: [error: string, description: string, next: RegExp, passes?: true][] = [
      ["invalid_grant", "login rate exceeded", /logs in too often.*tried again by itself$/, true],
      ["invalid_grant", "ip restricted", /Login IP Ranges/],
      [
        "app_not_found",
        "External client app is not installed in this org",
        /own host.*install the External Client App/,
      ],
      ["invalid_grant", "request not supported on this domain", /SF_LOGIN_URL to the org's own host/],
      ["invalid_grant", "no client credentials user enabled", /name the user it runs as/],
      ["unsupported_grant_type", "grant type not supported", /enable the flow of SF_AUTH/],
      ["invalid_grant", "user hasn't approved this consumer", /pre-authorize the user/],
      ["invalid_app_access", "user is not admin approved to access this app", /pre-authorize the user/],
      ["OAUTH_APP_BLOCKED", "this app is blocked by admin", /Connected Apps OAuth Usage/],
      ["inactive_user", "user is inactive", /activate the user/],
      ["invalid_grant", "inactive user", /activate the user/],
      ["invalid_grant", "expired authorization code", /NTP/],
      ["invalid_grant", "audience is invalid", /SF_AUDIENCE/],
      ["invalid_grant", "Audience validation failed", /SF_AUDIENCE/],
      ["invalid_grant", "invalid assertion", /SF_PRIVATE_KEY belongs to the certificate/],
      ["invalid_grant", "authentication failure", /Login History/],
      ["invalid_grant", "domain is not activated", /My Domain as deployed/],
      ["invalid_scope", "the requested scope is not allowed", /scope "Manage user data/],
      ["invalid_client_id", "client identifier invalid", /check SF_CLIENT_ID/],
      ["invalid_client", "invalid client credentials", /check SF_CLIENT_SECRET/],
    ]
    for (const [code, description, next, passes = false] of cases) {
      answers(400, JSON.stringify({ error: code, error_description: description }))
      const error = await refusal(jwt(pem))
      assert.match(error.message, next)
      assert.deepEqual([error.status, error.retryable, error.code], [400, passes, code])
      const isAboutSecret = /SF_CLIENT_SECRET/.test(error.message)
      assert.equal(isAboutSecret, code === "invalid_client", `${description}: ${error.message}`)
    }
    answers(400, '{"error":"invalid_grant","error_description":"a text of next year"}')
    for (const config of [{}, jwt(pem)]) {
      assert.match((await refusal(config)).message, /HTTP 400 invalid_grant: a text of next year$/)
    }
    answers(400, '{"error":"invalid_grant","error_description":"expired authorization code"}')
    assert.match((await refusal()).message, /expired authorization code$/, "a step for jwt alone")
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
