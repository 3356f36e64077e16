import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { createPool } from "../../src/postgres/pool.ts"
import { endsWith } from "../harness/command.ts"
import { startForgetfulPooler } from "../harness/forgetful_pooler.ts"
import { startOrg } from "../harness/org.ts"
import { createEmptyDatabase, createTestDatabase } from "../harness/postgres.ts"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { runCommand } from "./process.ts"

type Findings = Record<string, { state: "ok" | "failed" | "skipped"; detail: string }>

/** Runs `doctor --json` and fails unless its exit code tells whether there is a cross. */
async function examine(environment: Record<string, string>): Promise<Findings> {
  const { code, stdout, stderr } = await runCommand(["doctor", "--json"], environment)
  assert.equal(stderr, "")
  const { ok, findings } = JSON.parse(stdout) as {
    ok: boolean
    findings: (Findings[""] & { check: string })[]
  }
  const crosses = findings.filter(({ state }) => state === "failed")
  assert.equal(ok, crosses.length === 0)
  assert.equal(code, ok ? 0 : 1)
  return Object.fromEntries(findings.map(({ check, ...rest }) => [check, rest]))
}

function crosses(findings: Findings): string[] {
  return Object.entries(findings).flatMap(([check, { state }]) => (state === "failed" ? [check] : []))
}

const start = (t: TestContext, options = {}) => startOrg(t, { products: 4, accounts: 3, ...options })

test("a database and an org as they should be: ticks, and exit 0; nothing was changed", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await start(t)
  const { stdout } = await endsWith(0, ["doctor"], environment(url))
  assert.match(stdout, /^✔ configuration: complete$/m)
  assert.match(stdout, /^✔ database: Postgres 1[678]\.\d+, database test_\w+$/m)
  assert.match(stdout, /^✔ login: logged in to org 00D\w{15} \(https:\/\/127\.0\.0\.1:\d+\) by jwt$/m)
  assert.match(stdout, /^✔ organization: the database belongs to no org yet/m)
  assert.match(stdout, /^✔ object Product2: \d+ readable fields, 4 visible records$/m)
  assert.match(stdout, /^✔ topic \/data\/AccountChangeEvent: may be subscribed to$/m)
  assert.match(stdout, /^- redis: skipped: REDIS_URL is not set\nAll is well\.\n$/m)
  const { rows } = await pool.query(
    "select (select count(*) from sf_shadow.organization)::int + (select count(*) from sf_shadow.stream)::int as written",
  )
  assert.deepEqual(rows, [{ written: 0 }])
})

test("before migrate: one cross that says so, what needs the schema is skipped, the rest is asked", async (t) => {
  const { environment } = await start(t)
  const findings = await examine(environment(await createEmptyDatabase()))
  assert.deepEqual(crosses(findings), ["migrations"])
  assert.match(findings.migrations?.detail ?? "", /Run migrate: npm run sf-shadow -- migrate/)
  assert.deepEqual(findings.organization, { state: "skipped", detail: "it needs migrations, see above" })
  assert.equal(findings.login?.state, "ok")
  assert.equal(findings.pubsub?.state, "ok")
})

test("without Salesforce's variables the database is asked all the same", async () => {
  const { url } = await createTestDatabase()
  const findings = await examine({ DATABASE_URL: url })
  assert.deepEqual(crosses(findings), ["configuration"])
  assert.match(findings.configuration?.detail ?? "", /SF_CLIENT_ID: not set/)
  assert.equal(findings.migrations?.state, "ok")
})

test("nothing that answers: a cross for each, what to do, and no secret", async () => {
  const findings = await examine({
    DATABASE_URL: "postgres://shadow:hunter2@127.0.0.1:1/shadow",
    REDIS_URL: "redis://:hunter2@127.0.0.1:1",
    SF_LOGIN_URL: "http://127.0.0.1:1",
    SF_CLIENT_ID: "3MVG9",
    SF_CLIENT_SECRET: "hunter2",
  })
  assert.deepEqual(crosses(findings), ["database", "login", "redis"])
  assert.match(findings.database?.detail ?? "", /127\.0\.0\.1:1\/shadow refused the connection/)
  assert.match(findings.login?.detail ?? "", /SF_LOGIN_URL.*check the address/)
  assert.match(findings.redis?.detail ?? "", /REDIS_URL: Redis at 127\.0\.0\.1:1: /)
  assert.doesNotMatch(JSON.stringify(findings), /hunter2/)
})

test("a role that may create nothing is told the grants, one that owns nothing whose objects they are", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await start(t)
  const role = `bare_${new URL(url).pathname.slice(6)}`
  await pool.query(`create role ${role} login password 'x'`)
  t.after(() => pool.query(`drop owned by ${role}; drop role ${role}`))
  const as = new URL(url)
  as.username = role
  as.password = "x"
  const detail = async () => (await examine(environment(as.href)))["database privileges"]?.detail ?? ""
  assert.match(await detail(), new RegExp(`runs: grant create on database .* to ${role}$`))
  await pool.query(`grant create on database ${as.pathname.slice(1)} to ${role}`)
  assert.match(await detail(), new RegExp(`runs: grant create, usage on schema public to ${role}$`))
  await pool.query(`grant create, usage on schema public to ${role}`)
  assert.match(await detail(), new RegExp(`^${role} does not own public\\..*: use the role that ran migrate`))
})

test("a role with everything but one right is told that one", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await start(t)
  const as = new URL(url)
  const [database, owner] = [as.pathname.slice(1), as.username]
  const role = `member_${database.slice(5)}`
  await pool.query(`create role ${role} login password 'x'; grant ${owner} to ${role}`)
  t.after(() => pool.query(`drop role ${role}`))
  Object.assign(as, { username: role, password: "x" })
  const privileges = async () => (await examine(environment(as.href)))["database privileges"]
  assert.deepEqual(await privileges(), { state: "ok", detail: `${role} has what it needs` })
  await pool.query(`revoke insert, update on sf_product_shadow from ${owner}`)
  assert.deepEqual(await privileges(), {
    state: "failed",
    detail: `${role} is not allowed to insert, update on public.sf_product_shadow: an administrator runs: grant select, insert, update, delete on ... to ${role}`,
  })
  await pool.query(`revoke temporary on database ${database} from public, ${owner}`)
  assert.match(
    (await privileges())?.detail ?? "",
    /is not allowed to create temporary tables.*: grant temporary on database/,
  )
})

test("a role that is read-only and short of time: we go on, and doctor says what was not taken over", async (t) => {
  const { url } = await createTestDatabase()
  const { environment } = await start(t)
  const as = new URL(url)
  as.searchParams.set("options", "-c default_transaction_read_only=on -c statement_timeout=1s")
  const findings = await examine(environment(as.href))
  assert.deepEqual(crosses(findings), [])
  assert.match(
    findings["session settings"]?.detail ?? "",
    /^as this service needs them; not taken over: .*default_transaction_read_only on, .*statement_timeout 1000 ms/,
  )
})

test("settings that something in between takes back are crosses, each with why it matters", async (t) => {
  const { url } = await createTestDatabase()
  const { environment } = await start(t)
  const pooler = await startForgetfulPooler(
    t,
    url,
    "set statement_timeout = '1s'; set default_transaction_read_only = on",
  )
  const findings = await examine(environment(pooler))
  assert.equal(findings["session settings"]?.state, "failed")
  const detail = findings["session settings"]?.detail ?? ""
  assert.match(detail, /statement_timeout is '1s' and must be '0' \(a large page or a sweep takes its time\)/)
  assert.match(detail, /default_transaction_read_only is 'on' and must be 'off' \(nothing could be stored\)/)
  assert.match(detail, /something in between takes it back: connect to Postgres directly$/)
})

test("a role without foreign keys and triggers is refused by every command", async (t) => {
  const { url } = await createTestDatabase()
  const { environment } = await start(t)
  const role = `replica_${new URL(url).pathname.slice(6)}`
  const pool = createPool(url, { max: 1 })
  await pool.query(
    `create role ${role} login password 'x'; alter role ${role} set session_replication_role = replica`,
  )
  t.after(() => pool.query(`drop role ${role}`).finally(() => pool.end()))
  const as = Object.assign(new URL(url), { username: role, password: "x" }).href
  const findings = await examine(environment(as))
  const detail =
    /session_replication_role is 'replica' and must be 'origin' \(foreign keys and triggers must work\); only a superuser may change it: alter role \(or database\) \.\.\. reset session_replication_role/
  assert.match(findings.database?.detail ?? "", detail)
  assert.match((await endsWith(1, ["status"], environment(as))).stderr, detail)
})

test("a database that is not UTF8 is a cross, and migrate does not begin", async (t) => {
  const { environment } = await start(t)
  const url = await createEmptyDatabase("encoding 'LATIN1' locale 'C'")
  const findings = await examine(environment(url))
  const says =
    /has the encoding LATIN1, and UTF8 is needed: an administrator runs create database \.\.\. encoding 'UTF8'/
  assert.deepEqual(crosses(findings), ["database"])
  assert.match(findings.database?.detail ?? "", says)
  assert.match((await endsWith(2, ["migrate"], environment(url))).stderr, says)
  const pool = createPool(url, { max: 1 })
  const { rows } = await pool.query(
    "select from pg_namespace where nspname in ('sf_shadow', 'sf_shadow_compiled', 'sf_shadow_worker')",
  )
  await pool.end()
  assert.equal(rows.length, 0)
})

test("a wrong secret: a cross at the login, and what needs it is skipped", async (t) => {
  const { url } = await createTestDatabase()
  const { environment } = await start(t)
  const findings = await examine({
    ...environment(url),
    SF_AUTH: "client-credentials",
    SF_CLIENT_SECRET: "wr0ng",
  })
  assert.deepEqual(crosses(findings), ["login"])
  assert.match(findings.login?.detail ?? "", /check SF_CLIENT_SECRET/)
  assert.deepEqual(findings["object Product2"], { state: "skipped", detail: "it needs login, see above" })
})

test("the fields of each object: lacking ones are named, required and vanished ones are crosses", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { org, environment } = await start(t)
  const hide = (object: string, field: string) =>
    org.faults.arm("field.permission", { object, field, times: Number.POSITIVE_INFINITY })
  await pool.query("update sf_shadow.field set field = 'Region__c' where column_name = 'vpn_region'")
  const product = async () => (await examine(environment(url)))["object Product2"]
  assert.match(
    (await product())?.detail ?? "",
    /columns that stay null for want of a readable field: Region__c \(vpn_region\)/,
  )
  await endsWith(0, ["backfill", "Product2"], environment(url))
  hide("Product2", "Item_Class__c")
  assert.deepEqual(await product(), {
    state: "failed",
    detail:
      "Item_Class__c (item_class) was readable before and is not now, its values stand still: grant the field to the service's user again",
  })
  hide("Product2", "StockKeepingUnit")
  assert.match(
    (await product())?.detail ?? "",
    /^no field StockKeepingUnit \(sku\) that this user may read, and the column is required: grant the field, or map/,
  )
})

test("a compound field, a wrong case, what is never mirrored: each told as what it is, with the way out", async (t) => {
  const { url, pool } = await createTestDatabase()
  const { environment } = await start(t)
  const mapTo = (column: string, field: string) =>
    pool.query("update sf_shadow.field set field = $2 where column_name = $1", [column, field])
  const detail = async (object: string) => (await examine(environment(url)))[`object ${object}`]?.detail ?? ""

  await mapTo("eligibility_source", "BillingAddress")
  assert.match(
    await detail("Account"),
    /^BillingAddress is a compound field \(address\), which no load can select: map its parts, each to a column of its own: BillingStreet, BillingCity, .*For instance: update sf_shadow\.field set field = 'BillingStreet' where object = 'Account' and column_name = 'eligibility_source';$/,
  )
  const { stderr } = await endsWith(0, ["backfill", "Account"], environment(url))
  assert.match(stderr, /BillingAddress is a compound field.* Column eligibility_source stays null\./)
  await mapTo("eligibility_source", "LastViewedDate")
  assert.match(await detail("Account"), /^LastViewedDate says when this user last looked at the record/)

  await mapTo("sku", "stockkeepingunit")
  const cased =
    /stockkeepingunit is StockKeepingUnit in describe, and case counts here: update sf_shadow\.field set field = 'StockKeepingUnit' where object = 'Product2' and column_name = 'sku';/
  assert.match(await detail("Product2"), cased)
  assert.match((await endsWith(1, ["backfill", "Product2"], environment(url))).stderr, cased)
})

test("topics that cannot be subscribed to, and a Pub/Sub API that does not answer", async (t) => {
  const { url } = await createTestDatabase()
  const { environment } = await start(t)
  const topics = { SF_TOPICS: "/data/NoSuch__ChangeEvent,/data/AccountChangeEvent" }
  const some = await examine({ ...environment(url), ...topics })
  assert.deepEqual(crosses(some), ["topic /data/NoSuch__ChangeEvent"])
  assert.match(
    some["topic /data/NoSuch__ChangeEvent"]?.detail ?? "",
    /topic\.not\.found.*Change Data Capture.*or correct SF_TOPICS/,
  )
  const none = await examine({ ...environment(url), SF_PUBSUB_ENDPOINT: "127.0.0.1:1" })
  assert.deepEqual(crosses(none), ["pubsub"])
  assert.match(none.pubsub?.detail ?? "", /127\.0\.0\.1:1 \(SF_PUBSUB_ENDPOINT\) does not answer/)
  const off = await examine({ ...environment(url), ENABLE_SF_SHADOW_EVENTS: "off" })
  assert.deepEqual(off.pubsub, { state: "skipped", detail: "ENABLE_SF_SHADOW_EVENTS is off" })
})

test("a clock that is an hour off, limits that are used up, and another org than the database's", async (t) => {
  const { url, pool } = await createTestDatabase()
  await pool.query(
    "insert into sf_shadow.organization (organization_id, instance_url) values ('00D000000000001AAA', 'https://first')",
  )
  const { org, environment } = await start(t, { clockSkewMs: 3_600_000 })
  org.usage.apiRequests.used = 85_000
  const findings = await examine(environment(url))
  assert.deepEqual(crosses(findings), ["organization", "limits"])
  assert.match(
    findings.clocks?.detail ?? "",
    /^this machine is 3[56]\d\d s behind Salesforce; Postgres is 3[56]\d\d s behind Salesforce: measured and allowed for/,
  )
  assert.match(findings.limits?.detail ?? "", /API requests 85\d\d\d of 100000.*Loads stop at 80 %/)
  assert.match(
    findings.organization?.detail ?? "",
    /belongs to org 00D000000000001AAA \(https:\/\/first\).*adopt-org --confirm 00DDp0000012345MAA$/,
  )
})

test("Redis: a primary that answers; one that refuses when it is full is told", {
  skip: withoutRedis,
}, async (t) => {
  const { url } = await createTestDatabase()
  const { environment } = await start(t)
  const redis = async (options: string[]) => {
    const { url: REDIS_URL } = await startRedis(options)
    return (await examine({ ...environment(url), REDIS_URL })).redis
  }
  assert.deepEqual(await redis([]), { state: "ok", detail: "answers, a primary" })
  const full = await redis(["--maxmemory", "100mb", "--maxmemory-policy", "noeviction"])
  assert.match(full?.detail ?? "", /noeviction: .*allkeys-lru makes room/)
})
