import assert from "node:assert/strict"
import { generateKeyPairSync } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { inspect } from "node:util"
import { ConfigError, readConfig, readDatabaseConfig, startMode } from "../../src/base/config.ts"

const folder = mkdtempSync(join(tmpdir(), "sf-shadow-config-"))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const pem = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString()

const secretFlow = {
  DATABASE_URL: "postgres://shadow:hunter2@db.example:5432/shadow",
  SF_CLIENT_ID: "3MVG9",
  SF_CLIENT_SECRET: "s3cr3t",
}

const jwtFlow = {
  DATABASE_URL: secretFlow.DATABASE_URL,
  SF_AUTH: "jwt",
  SF_CLIENT_ID: "3MVG9",
  SF_USERNAME: "sync@example.com",
  SF_PRIVATE_KEY: pem,
}

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    assert.ok(error instanceof ConfigError, inspect(error))
    return error.faults
  }
  assert.fail("no fault was reported")
}

test("a database and client credentials are enough; the rest has the documented defaults", () => {
  const config = readConfig(secretFlow)
  assert.deepEqual(config, {
    logLevel: "info",
    dataDir: ".data",
    http: { host: "127.0.0.1", port: 9464, token: undefined },
    databaseUrl: secretFlow.DATABASE_URL,
    redis: undefined,
    salesforce: {
      loginUrl: "https://login.salesforce.com",
      auth: "client-credentials",
      clientId: "3MVG9",
      clientSecret: "s3cr3t",
      username: undefined,
      privateKey: undefined,
      audience: undefined,
      apiVersion: "66.0",
      pubsubEndpoint: "api.pubsub.salesforce.com:7443",
      ca: undefined,
      proxy: undefined,
      httpIdleMs: 60_000,
      bulkPollMs: 2_000,
    },
    shadowEvents: true,
    topics: undefined,
    defaultCurrency: undefined,
    pubsubSilenceMs: 270_000,
    deltaOverlapMs: 900_000,
    marginMs: 10_000,
    publishDelayMs: 60_000,
    bulkPageRows: 50_000,
    bulkStallMs: 7_200_000,
    workerConcurrency: 4,
    loadConcurrency: 3,
  })
})

test("a private key without SF_AUTH means jwt, and \\n in it becomes line breaks", () => {
  const { SF_AUTH: _, ...environment } = jwtFlow
  const config = readConfig({ ...environment, SF_PRIVATE_KEY: pem.trim().replaceAll("\n", "\\n") })
  assert.equal(config.salesforce.auth, "jwt")
  assert.equal(config.salesforce.privateKey, pem.trim())
})

test("every fault is reported at once, each naming its variable", () => {
  const faults = faultsOf(() =>
    readConfig({
      SF_AUTH: "password",
      SF_LOGIN_URL: "login.salesforce.com",
      SF_API_VERSION: "latest",
      SF_PUBSUB_ENDPOINT: "https://api.pubsub.salesforce.com:7443",
      SF_CA_FILE: join(folder, "absent.pem"),
      SF_TOPICS: "Product2ChangeEvent",
      SF_DEFAULT_CURRENCY: "euro",
      ENABLE_SF_SHADOW_EVENTS: "perhaps",
      HTTP_PORT: "70000",
      LOG_LEVEL: "loud",
      SF_MARGIN_S: "-1",
      REDIS_URL: "localhost:6379",
    }),
  )
  assert.deepEqual(faults.map((fault) => fault.split(/[ :]/)[0]).sort(), [
    "DATABASE_URL",
    "ENABLE_SF_SHADOW_EVENTS",
    "HTTP_PORT",
    "LOG_LEVEL",
    "REDIS_URL",
    "SF_API_VERSION",
    "SF_AUTH",
    "SF_CA_FILE",
    "SF_CLIENT_ID",
    "SF_CLIENT_SECRET",
    "SF_DEFAULT_CURRENCY",
    "SF_LOGIN_URL",
    "SF_MARGIN_S",
    "SF_PUBSUB_ENDPOINT",
    "SF_TOPICS",
  ])
})

for (const name of ["DATABASE_URL", "SF_CLIENT_SECRET"] as const) {
  test(`${name} can come from the file that ${name}_FILE names`, () => {
    const { [name]: value, ...environment } = secretFlow
    const config = readConfig({ ...environment, [`${name}_FILE`]: file(name, `${value}\n`) })
    assert.deepEqual(config, readConfig(secretFlow))
  })
}

test("SF_PRIVATE_KEY_FILE and REDIS_URL_FILE are read too", () => {
  const { SF_PRIVATE_KEY: _, ...environment } = jwtFlow
  const config = readConfig({
    ...environment,
    SF_PRIVATE_KEY_FILE: file("key.pem", pem),
    REDIS_URL_FILE: file("redis", "redis://127.0.0.1:6379"),
  })
  assert.equal(config.salesforce.privateKey, pem.trim())
  assert.equal(config.redis?.redisUrl, "redis://127.0.0.1:6379")
})

test("a _FILE that is missing, empty, or set beside its variable is a fault of that variable", () => {
  const absent = join(folder, "absent")
  assert.deepEqual(
    faultsOf(() => readDatabaseConfig({ DATABASE_URL_FILE: absent })),
    [`DATABASE_URL_FILE: the file ${absent} cannot be read (ENOENT)`],
  )
  const empty = file("empty", "\n")
  assert.deepEqual(
    faultsOf(() => readDatabaseConfig({ DATABASE_URL_FILE: empty })),
    [`DATABASE_URL_FILE: the file ${empty} is empty`],
  )
  const both = { DATABASE_URL: secretFlow.DATABASE_URL, DATABASE_URL_FILE: empty }
  assert.deepEqual(
    faultsOf(() => readDatabaseConfig(both)),
    ["DATABASE_URL and DATABASE_URL_FILE: both set. Keep one of them."],
  )
})

test("no secret appears in a fault", () => {
  const broken = "-----BEGIN PRIVATE KEY-----\nTm90IGEga2V5IGF0IGFsbA==\n-----END PRIVATE KEY-----"
  const faults = faultsOf(() =>
    readConfig({
      ...jwtFlow,
      SF_PRIVATE_KEY: broken,
      DATABASE_URL: "mysql://root:hunter2@db/shadow",
      REDIS_URL: "http://:hunter2@redis",
    }),
  )
  assert.equal(faults.length, 3)
  assert.doesNotMatch(faults.join("\n"), /hunter2|Tm90/)
  assert.match(faults.join("\n"), /^SF_PRIVATE_KEY: is not an RSA private key/m)
})

test("jwt names the variables it lacks, client-credentials its own", () => {
  const { SF_USERNAME: _, SF_PRIVATE_KEY: __, ...jwt } = jwtFlow
  const faults = faultsOf(() => readConfig(jwt))
  assert.equal(faults.length, 2)
  assert.match(faults[0] ?? "", /^SF_USERNAME: not set, needed for SF_AUTH=jwt/)
  assert.match(faults[1] ?? "", /^SF_PRIVATE_KEY \(or SF_PRIVATE_KEY_FILE\): not set, needed for SF_AUTH=jwt/)
})

test("a misspelled variable is pointed out beside the missing one", () => {
  const faults = faultsOf(() => readConfig({ ...secretFlow, SF_CLIENT_ID: undefined, SF_CLIENTID: "3MVG9" }))
  assert.match(faults.join("\n"), /^SF_CLIENT_ID: not set/m)
  assert.match(faults.join("\n"), /^SF_CLIENTID: set, but no variable of sf-shadow/m)
})

test("credentials travel over http only on this machine", () => {
  assert.match(
    faultsOf(() => readConfig({ ...secretFlow, SF_LOGIN_URL: "http://login.example.com" })).join(),
    /^SF_LOGIN_URL: must be https/,
  )
  const config = readConfig({ ...secretFlow, SF_LOGIN_URL: "http://127.0.0.1:4000/" })
  assert.equal(config.salesforce.loginUrl, "http://127.0.0.1:4000")
})

test("npm start: neither is the demo, both the service, one alone is a fault that names the other", () => {
  assert.equal(startMode({}), "demo")
  assert.equal(startMode({ DATABASE_URL: "", SF_CLIENT_ID: " ", SF_SHADOW_DATA_DIR: "/tmp/x" }), "demo")
  // Variables of Salesforce's own command line are not ours.
  assert.equal(startMode({ SF_TARGET_ORG: "dev" }), "demo")
  assert.equal(startMode(secretFlow), "service")
  const onlyDatabase = faultsOf(() => startMode({ DATABASE_URL: "postgres://db/shadow" })).join("\n")
  assert.match(onlyDatabase, /^SF_CLIENT_ID: not set/m)
  assert.match(onlyDatabase, /^SF_CLIENT_SECRET \(or SF_CLIENT_SECRET_FILE\): not set/m)
  const onlySalesforce = faultsOf(() =>
    startMode({ SF_CLIENT_ID: "3MVG9", SF_CLIENT_SECRET: "s3cr3t" }),
  ).join("\n")
  assert.match(onlySalesforce, /^DATABASE_URL \(or DATABASE_URL_FILE\): not set/m)
  assert.match(onlySalesforce, /none of them for the demo/)
})

test("HTTP for other hosts needs a token, from the environment or a file", () => {
  const token = "0123456789abcdef0123456789abcdef"
  for (const host of ["0.0.0.0", "::", "10.1.2.3", "shadow.internal"]) {
    const [fault, ...more] = faultsOf(() => readConfig({ ...secretFlow, HTTP_HOST: host }))
    assert.deepEqual(more, [])
    assert.match(fault ?? "", /^HTTP_TOKEN \(or HTTP_TOKEN_FILE\): not set, needed because HTTP_HOST/)
    const { http } = readConfig({ ...secretFlow, HTTP_HOST: host, HTTP_TOKEN: token })
    assert.deepEqual(http, { host, port: 9464, token })
  }
  for (const host of ["127.0.0.1", "127.0.1.1", "localhost", "::1"]) {
    assert.equal(readConfig({ ...secretFlow, HTTP_HOST: host }).http.token, undefined)
  }
  const { http } = readConfig({
    ...secretFlow,
    HTTP_HOST: "0.0.0.0",
    HTTP_TOKEN_FILE: file("token", `${token}\n`),
  })
  assert.equal(http.token, token)
})

test("a token that could be guessed is refused, and not printed", () => {
  const faults = faultsOf(() => readConfig({ ...secretFlow, HTTP_HOST: "0.0.0.0", HTTP_TOKEN: "hunter2" }))
  assert.deepEqual(faults, [
    "HTTP_TOKEN: must be at least 20 letters and digits, for instance from: openssl rand -hex 32",
  ])
})
