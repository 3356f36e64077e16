import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, type TestContext, test } from "node:test"
import pg from "pg"
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/postgres/embedded.ts"
import { runCommand } from "../commands/process.ts"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

// A cluster of its own: roles belong to the cluster, and here there must be none at first.
const dataDir = mkdtempSync(join(tmpdir(), "sf-shadow-access-"))
let postgres: EmbeddedPostgres
before(async () => {
  postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: "off" } })
})
after(async () => {
  await postgres.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

function connect(t: TestContext, url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  t.after(() => pool.end())
  return pool
}

function urlOf(database: string, user?: string): string {
  const url = new URL(postgres.url)
  url.pathname = `/${database}`
  if (user) Object.assign(url, { username: user, password: `${user}-password` })
  return url.href
}

/** As the administrator's instructions have it: a login without rights, CREATE on the database and on schema public. */
async function createServiceRole(t: TestContext, name: string, options = ""): Promise<string> {
  const admin = connect(t, postgres.url)
  await admin.query(`create role ${name} login password '${name}-password' ${options}`)
  await admin.query(`create database ${name}`)
  await admin.query(`grant create on database ${name} to ${name}`)
  await connect(t, urlOf(name)).query(`grant create, usage on schema public to ${name}`)
  return urlOf(name, name)
}

test("without CREATEROLE: migrate prints the statements, and everything works, as no superuser", {
  skip: withoutRedis,
}, async (t) => {
  const url = await createServiceRole(t, "plain")
  const { org, seeded, environment } = await startOrg(t, { products: 6, accounts: 6 })
  const { url: REDIS_URL } = await startRedis()
  const variables = { ...environment(url), REDIS_URL }
  const first = await endsWith(0, ["migrate"], variables)
  for (const role of ["sf_shadow_reader", "sf_shadow_operator"]) {
    assert.match(first.stderr, new RegExp(`an administrator runs: create role ${role} nologin`))
  }
  const doctor = await runCommand(["doctor"], variables)
  assert.match(
    doctor.stdout,
    /^✘ roles: missing: an administrator runs: create role sf_shadow_reader nologin; /m,
  )

  const admin = connect(t, postgres.url)
  await admin.query("create role sf_shadow_reader nologin; create role sf_shadow_operator nologin")
  const between = await runCommand(["doctor"], variables)
  assert.match(between.stdout, /^✘ roles: .* have no rights\. Run migrate/m)
  await endsWith(0, ["migrate"], variables)
  await admin.query("create role on_call login password 'on_call-password' in role sf_shadow_operator")

  await endsWith(0, ["backfill"], variables)
  const service = await startService(t, variables)
  const pool = connect(t, url)
  org.transaction((tx) => tx.update("Product2", seeded.products[0] as string, { Name: "Changed" }))
  org.transaction((tx) => tx.delete("Account", seeded.accounts[0] as string))
  await settle(org, pool, 60_000)
  const well = await endsWith(0, ["doctor"], variables)
  assert.match(well.stdout, /^✔ database privileges: plain has what it needs$/m)
  for (const args of [
    ["status"],
    ["delta"],
    ["verify"],
    ["rejects", "--retry"],
    ["pause", "Account"],
    ["resume", "Account"],
    ["cache", "clear"],
    ["reapply", "Product2", "--since", "2026-01-01T00:00:00Z"],
    ["replay", "--topic", "/data/Product2ChangeEvent", "--from", "earliest"],
  ]) {
    await endsWith(0, args, variables)
  }

  const operator = connect(t, urlOf("plain", "on_call"))
  for (const [task, payload] of [
    ["maintain", "{}"],
    ["backfill", '{"object":"Account"}'],
    ["delta", "{}"],
    ["verify", "{}"],
    ["compare_ids", '{"object":"Product2"}'],
    ["retry_rejects", "{}"],
    ["clear_cache", "{}"],
    ["reapply", '{"object":"Account","since":"2026-01-01T00:00:00Z"}'],
    ["replay", '{"topic":"/data/AccountChangeEvent","from":"earliest"}'],
    ["records_to_shadow", '{"object":"Account"}'],
  ] as const) {
    await operator.query("select add_job($1::text, $2::json)", [task, payload])
  }
  await operator.query("select sf_shadow_pause('Account')")
  await operator.query("select sf_shadow_resume('Account')")
  await waitFor("every job has ended", 60_000, async () => {
    const { rows } = await pool.query("select from sf_shadow_backlog where kind = 'job'")
    return rows.length === 0
  })
  await service.printed(/"event":"maintained"/, "stderr")
  assert.deepEqual(
    service.logged("worker").filter(({ level }) => level !== "debug"),
    [],
    "no job failed",
  )
  assert.deepEqual(
    service.logged("maintained").map(({ level }) => level),
    ["info"],
  )
  await settle(org, pool, 60_000)
  await service.stop()

  const { rows } = await pool.query(
    `select r.rolsuper or r.rolcreaterole or r.rolbypassrls as privileged,
       (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('sf_shadow', 'sf_shadow_compiled', 'sf_shadow_worker') and c.relowner <> r.oid)::int as others
     from pg_roles r where r.rolname = current_user`,
  )
  assert.deepEqual(rows, [{ privileged: false, others: 0 }])

  const next = await startOrg(t, { products: 2, accounts: 2, organizationId: "00DDp0000067890" })
  await endsWith(0, ["adopt-org", "--confirm", next.org.id], { ...next.environment(url) })
  await endsWith(0, ["backfill"], next.environment(url))
})

test("with CREATEROLE: migrate makes the roles itself, and says nothing of them", async (t) => {
  const admin = connect(t, postgres.url)
  for (const role of ["on_call", "sf_shadow_reader", "sf_shadow_operator"]) {
    const { rows } = await admin.query("select from pg_roles where rolname = $1", [role])
    if (rows.length === 0) continue
    for (const database of ["plain"]) await connect(t, urlOf(database)).query(`drop owned by ${role}`)
    await admin.query(`drop role ${role}`)
  }
  const url = await createServiceRole(t, "creator", "createrole")
  const { environment } = await startOrg(t, { products: 2, accounts: 2 })
  const { stderr } = await endsWith(0, ["migrate"], environment(url))
  assert.doesNotMatch(stderr, /administrator|"level":"(warn|error)"/)
  const { stdout } = await endsWith(0, ["doctor"], environment(url))
  assert.match(stdout, /^✔ roles: sf_shadow_reader, sf_shadow_operator$/m)
  await endsWith(0, ["backfill"], environment(url))
})
