import assert from "node:assert/strict"
import { test } from "node:test"
import { runCommand } from "./process.ts"

const database = { DATABASE_URL: "postgres://shadow:hunter2@127.0.0.1:1/shadow" }
const salesforce = {
  SF_LOGIN_URL: "http://127.0.0.1:1",
  SF_CLIENT_ID: "3MVG9",
  SF_CLIENT_SECRET: "s3cr3t",
  HTTP_PORT: "0",
}

for (const command of [["migrate"], ["status"], ["backfill"], ["delta", "Account"], ["run"]]) {
  test(`${command.join(" ")} without configuration exits 2 and names DATABASE_URL`, async () => {
    const { code, stdout, stderr } = await runCommand(command)
    assert.equal(code, 2)
    assert.equal(stdout, "")
    assert.match(stderr, /^ {2}DATABASE_URL \(or DATABASE_URL_FILE\): not set/m)
    assert.doesNotMatch(stderr, /\n {4}at /, "a stack was printed")
  })
}

test("start with only a database exits 2 and names the Salesforce variables that are missing", async () => {
  const { code, stderr } = await runCommand(["start"], database)
  assert.equal(code, 2)
  assert.match(stderr, /^ {2}SF_CLIENT_ID: not set/m)
  assert.match(stderr, /only DATABASE_URL is set/)
})

test("start with only Salesforce variables exits 2 and names DATABASE_URL", async () => {
  const { code, stderr } = await runCommand(["start"], salesforce)
  assert.equal(code, 2)
  assert.match(stderr, /^ {2}DATABASE_URL \(or DATABASE_URL_FILE\): not set/m)
})

test("a malformed private key exits 2, names SF_PRIVATE_KEY and does not print it", async () => {
  const key = "-----BEGIN PRIVATE KEY-----\\nTm90IGEga2V5\\n-----END PRIVATE KEY-----"
  const environment = {
    ...database,
    SF_CLIENT_ID: "3MVG9",
    SF_USERNAME: "sync@example.com",
    SF_PRIVATE_KEY: key,
  }
  for (const level of ["info", "debug"]) {
    const { code, stdout, stderr } = await runCommand(["run"], { ...environment, LOG_LEVEL: level })
    assert.equal(code, 2)
    assert.match(stderr, /SF_PRIVATE_KEY: is not an RSA private key/)
    assert.doesNotMatch(stdout + stderr, /Tm90|hunter2/)
  }
})

test("an unknown command, option or role exits 2 with one line about it", async () => {
  for (const [args, about] of [
    [["nosuch"], /unknown command 'nosuch'/],
    [["status", "--nosuch"], /unknown option '--nosuch'/],
    [["run", "--only", "pubsub,cron"], /Unknown: cron\. Roles are pubsub, worker, redis, http/],
    [["simulator", "--products", "many"], /--products.*whole number/],
  ] as const) {
    const { code, stderr } = await runCommand([...args])
    assert.equal(code, 2, args.join(" "))
    assert.match(stderr, about)
  }
})

test("a database that is down ends one-shot commands with 1, host and port, and no password", async () => {
  for (const args of [["migrate"], ["status", "--json"], ["backfill", "Product2"], ["delta"]]) {
    const { code, stdout, stderr } = await runCommand(args, {
      ...database,
      ...salesforce,
      LOG_LEVEL: "debug",
    })
    assert.equal(code, 1, args.join(" "))
    assert.match(stderr, /DATABASE_URL: the database at 127\.0\.0\.1:1\/shadow refused the connection/)
    assert.doesNotMatch(stdout + stderr, /hunter2|s3cr3t/)
  }
})

test("run on an address of other hosts without HTTP_TOKEN exits 2 and names it", async () => {
  const { code, stderr } = await runCommand(["run"], { ...database, ...salesforce, HTTP_HOST: "0.0.0.0" })
  assert.equal(code, 2)
  assert.match(stderr, /^ {2}HTTP_TOKEN \(or HTTP_TOKEN_FILE\): not set/m)
})
