import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { readConfig } from "../../src/base/config.ts"
import { isProxied, proxyFromEnvironment, proxyName, proxyOf } from "../../src/base/proxy.ts"
import { PubsubChannel } from "../../src/pubsub/channel.ts"
import { classify } from "../../src/pubsub/errors.ts"
import type { SalesforceError } from "../../src/salesforce/errors.ts"
import { countRecords } from "../../src/salesforce/records.ts"
import { createSession } from "../../src/salesforce/session.ts"
import { runCommand } from "../commands/process.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"
import { type ConnectProxy, startConnectProxy } from "./connect_proxy.ts"

const hostName = "org.simulated.test"
const password = "s3cret word@1"
const credentials = `squid:${password}`
const userinfo = `squid:${encodeURIComponent(password)}`

/** An org that nothing but the proxy knows the address of. */
async function start(t: TestContext) {
  const proxy = await startConnectProxy(credentials)
  t.after(() => proxy.close())
  const org = await startOrg(t, { hostName, products: 10, accounts: 10 })
  return { proxy, org, url: `http://${userinfo}@${proxy.host}` }
}

function portsOf(proxy: ConnectProxy): string[] {
  return [...new Set(proxy.asked)].sort()
}

test("NO_PROXY names hosts with all below them, ports, or everything; this machine is never proxied", () => {
  const cases: [string, string, number, boolean][] = [
    ["", "login.salesforce.com", 443, true],
    ["salesforce.com", "login.salesforce.com", 443, false],
    [".salesforce.com", "acme.my.salesforce.com", 443, false],
    ["*.salesforce.com", "acme.my.salesforce.com", 443, false],
    ["force.com", "salesforce.com", 443, true],
    ["SalesForce.com:7443", "api.pubsub.salesforce.com", 7443, false],
    ["salesforce.com:7443", "api.pubsub.salesforce.com", 443, true],
    ["a.example, *", "login.salesforce.com", 443, false],
    ["a.example,,", "login.salesforce.com", 443, true],
    ["", "localhost", 443, false],
    ["", "127.0.0.1", 443, false],
    ["", "[::1]", 443, false],
  ]
  for (const [none, host, port, proxied] of cases) {
    const proxy = proxyOf({ https: "http://proxy:3128", none })
    assert.ok(proxy)
    assert.equal(isProxied(proxy, host, port), proxied, `${none} ${host}:${port}`)
  }
  const env = { HTTP_PROXY: "http://a:1", HTTPS_PROXY: "http://b:2", https_proxy: "http://u:p@c:3" }
  assert.equal(proxyName(proxyFromEnvironment(env) ?? assert.fail()), "c:3")
  assert.equal(proxyFromEnvironment({ https_proxy: "" }), undefined)
})

test("the variables are read in both cases, and a proxy that gRPC cannot use is refused without its password", () => {
  const complete = {
    DATABASE_URL: "postgres://localhost/x",
    SF_CLIENT_ID: "3MVG9",
    SF_CLIENT_SECRET: "s3cr3t",
  }
  const proxyWith = (env: Record<string, string>) => readConfig({ ...complete, ...env }).salesforce.proxy
  assert.deepEqual(proxyWith({ https_proxy: "http://u:p@proxy:3128", no_proxy: "a.example .b" }), {
    url: "http://u:p@proxy:3128",
    except: ["a.example", ".b"],
  })
  assert.equal(proxyWith({ HTTP_PROXY: "proxy:3128" })?.url, "http://proxy:3128")
  assert.equal(proxyWith({}), undefined)
  for (const url of ["https://u:hunter2@proxy", "socks5://u:hunter2@proxy:1080"]) {
    assert.throws(
      () => proxyWith({ HTTPS_PROXY: url }),
      ({ message }: Error) => /HTTPS_PROXY: must look like http:/.test(message) && !/hunter2/.test(message),
    )
  }
})

test("REST and gRPC both go through the proxy by CONNECT, with TLS to the org inside the tunnel", async (t) => {
  const { proxy, org, url } = await start(t)
  const environment = { ...org.environment("postgres://localhost/x"), https_proxy: url }
  const { salesforce } = readConfig(environment)
  const session = createSession(salesforce)
  const channel = PubsubChannel.acquire(salesforce.pubsubEndpoint, salesforce.ca, salesforce.proxy)
  try {
    assert.equal(await countRecords(session, "Account"), 10)
    const topic = await channel.getTopic("/data/AccountChangeEvent", await session.credentials())
    assert.equal(topic.can_subscribe, true)
    const httpPort = new URL(org.simulator.loginUrl).port
    const endpoints = [`${hostName}:${httpPort}`, org.simulator.pubsubEndpoint].sort()
    assert.deepEqual(portsOf(proxy), endpoints)
  } finally {
    channel.release()
    await session.close()
  }
  // Neither is reached by a certificate that is not trusted, also not inside the tunnel.
  const { ca: _, ...untrusting } = salesforce
  const other = createSession(untrusting)
  await assert.rejects(other.credentials(), /not signed by a trusted authority/)
  await other.close()
  const wary = PubsubChannel.acquire(salesforce.pubsubEndpoint, undefined, salesforce.proxy)
  const credentials = { accessToken: "x", instanceUrl: "x", tenantId: "x" }
  await assert.rejects(wary.getTopic("/data/AccountChangeEvent", credentials), (error) =>
    /certificate/.test(classify(error).message),
  )
  wary.release()
})

test("a proxy that refuses is named, with what to do, and never with its password", async (t) => {
  const { proxy, org, url } = await start(t)
  const fails = async (at: string): Promise<SalesforceError> => {
    const session = createSession(
      readConfig({ ...org.environment("postgres://localhost/x"), HTTPS_PROXY: at }).salesforce,
    )
    try {
      return await session.credentials().then(
        () => assert.fail("logged in"),
        (error: SalesforceError) => error,
      )
    } finally {
      await session.close()
    }
  }
  const wrong = await fails(url.replace(userinfo, "squid:wr0ng"))
  assert.match(
    wrong.message,
    /the proxy 127.*\(HTTPS_PROXY\) refuses a connection to org.*407.*user and password/,
  )
  proxy.refuses = 403
  const forbidden = await fails(url)
  assert.match(forbidden.message, /\(HTTP 403\); allow the host there, or name it in NO_PROXY/)
  const gone = await fails("http://squid:wr0ng@127.0.0.1:1")
  assert.match(
    gone.message,
    /cannot connect to .* through the proxy 127.0.0.1:1 \(HTTPS_PROXY\) \(ECONNREFUSED\)/,
  )
  for (const { message, stack, cause } of [wrong, forbidden, gone]) {
    assert.doesNotMatch(`${message}${stack}${(cause as Error)?.message}`, /wr0ng|s3cret/)
  }
})

test("an audience that Salesforce refuses is followed by the next one, unless SF_AUDIENCE says which", async (t) => {
  const proxy = await startConnectProxy(credentials)
  t.after(() => proxy.close())
  const { org, environment } = await startOrg(t, { hostName: "acme.my.salesforce.com" })
  const env = { ...environment("postgres://localhost/x"), HTTPS_PROXY: `http://${userinfo}@${proxy.host}` }
  const body = JSON.stringify({ error: "invalid_grant", error_description: "audience is invalid" })
  const logIn = async (more: Record<string, string> = {}) => {
    const refused = org.faults.arm("http.status", { path: /oauth2\/token/, status: 400, body, times: 2 })
    const session = createSession(readConfig({ ...env, ...more }).salesforce)
    try {
      await session.credentials()
    } finally {
      org.faults.disarm(refused)
      await session.close()
    }
    return refused.struck
  }
  assert.equal(await logIn(), 2)
  await assert.rejects(
    logIn({ SF_AUDIENCE: "https://login.salesforce.com" }),
    /audience is invalid; set SF_AUDIENCE/,
  )
})

test("a service behind a proxy loads and follows the org, doctor names the proxy, and no log its password", async (t) => {
  const { proxy, org, url } = await start(t)
  const database = await createTestDatabase()
  const environment = { ...org.environment(database.url), HTTPS_PROXY: url }
  const service = await startService(t, environment)
  await database.pool.query("select add_job('backfill')")
  const isEqual = async () => (await differences(org.org, database.pool)).length === 0
  await waitFor("all is loaded", 40_000, isEqual)
  await waitFor("the streams are open", 15_000, () => org.simulator.pubsub.openStreams() === 3)
  assert.ok(portsOf(proxy).includes(org.simulator.pubsubEndpoint))
  const doctor = await runCommand(["doctor"], environment)
  assert.match(doctor.stdout, new RegExp(`login: .*through the proxy ${proxy.host} \\(HTTPS_PROXY\\)`))
  assert.match(doctor.stdout, new RegExp(`pubsub: .*through the proxy ${proxy.host}`))
  const secrets = new RegExp([password, encodeURIComponent(password), btoa(credentials)].join("|"))
  await service.stop()
  for (const text of [doctor.stdout, doctor.stderr, service.output.stdout, service.output.stderr]) {
    assert.doesNotMatch(text, secrets)
  }
})
