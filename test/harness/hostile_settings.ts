import { randomBytes } from "node:crypto"
import type { TestContext } from "node:test"
import pg from "pg"

/** What a role, a database or a URL may bring, each of it against something that we rely on. */
export const hostileSettings: Readonly<Record<string, string>> = {
  DateStyle: "German",
  IntervalStyle: "sql_standard",
  TimeZone: "Asia/Kathmandu",
  default_transaction_isolation: "serializable",
  default_transaction_read_only: "on",
  statement_timeout: "1s",
  lock_timeout: "100ms",
  idle_in_transaction_session_timeout: "500ms",
  idle_session_timeout: "2s",
  search_path: "decoy",
  bytea_output: "escape",
  extra_float_digits: "-15",
  array_nulls: "off",
  standard_conforming_strings: "off",
  row_security: "on",
  synchronous_commit: "off",
}

/** The same in a connection string, with what else node-postgres and Postgres take from there. */
export function hostileUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  const options = Object.entries(hostileSettings).map(([name, value]) => `-c ${name}=${value}`)
  url.searchParams.set("options", [...options, "-c work_mem=5MB"].join(" "))
  const others = {
    application_name: "shop",
    statement_timeout: "900",
    lock_timeout: "90",
    query_timeout: "950",
  }
  for (const [name, value] of Object.entries(others)) url.searchParams.set(name, value)
  return url.href
}

/**
 * Gives a database to a role of its own, no superuser, and all of `hostileSettings` to the database and, once more, to
 * the role. On the role's search_path are tables with our names, which must stay empty.
 *
 * @returns the role's URL; the role and its objects go with the test
 */
export async function makeHostile(t: TestContext, databaseUrl: string): Promise<string> {
  const role = `hostile_${randomBytes(4).toString("hex")}`
  const url = new URL(databaseUrl)
  const database = url.pathname.slice(1)
  const admin = new pg.Client({ connectionString: databaseUrl, options: "-c search_path=public" })
  await admin.connect()
  try {
    await admin.query(
      `create role ${role} login createrole password 'hostile'; alter database ${database} owner to ${role}`,
    )
    await addDecoys(admin)
    await admin.query(
      `grant all on schema decoy to ${role}; grant all on all tables in schema decoy to ${role}`,
    )
    for (const [name, value] of Object.entries(hostileSettings)) {
      for (const whose of [`database ${database}`, `role ${role}`])
        await admin.query(`alter ${whose} set ${name} = ${pg.escapeLiteral(value)}`)
    }
  } finally {
    await admin.end()
  }
  t.after(() => dropRole(databaseUrl, role))
  return Object.assign(url, { username: role, password: "hostile" }).href
}

/** Tables and views of ours by their names, with other columns. */
async function addDecoys(admin: pg.Client): Promise<void> {
  const names = [
    "migrations",
    "object",
    "field",
    "run",
    "read",
    "stream",
    "setting",
    "dirty",
    "reject",
    "jobs",
    "page",
    "change",
    "sf_product_shadow",
    "sf_pricebook_shadow",
    "sf_account_eligibility_shadow",
    "sf_shadow_event",
    "sf_shadow_lag",
    "sf_shadow_backlog",
    "sf_shadow_run",
    "sf_shadow_invalidation_consumer",
    "sf_shadow_api_usage",
    "sf_catalog",
  ]
  const tables = names.map((name) => `create table decoy.${name} (decoy text)`)
  const addJob = "create function decoy.add_job(text) returns bigint return null::bigint"
  await admin.query(["create schema decoy", ...tables, addJob].join(";"))
}

/** Which decoys hold something: somebody's SQL took them for ours. */
export async function takenDecoys(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    "select c.relname::text as name from pg_class c where c.relnamespace = 'decoy'::regnamespace and c.relkind = 'r'",
  )
  const taken: string[] = []
  for (const { name } of rows) {
    const { rows: held } = await pool.query(`select from decoy.${name} limit 1`)
    if (held.length > 0) taken.push(name)
  }
  return taken
}

async function dropRole(databaseUrl: string, role: string): Promise<void> {
  const database = new URL(databaseUrl).pathname.slice(1)
  const admin = new pg.Client({
    connectionString: databaseUrl,
    options: "-c default_transaction_read_only=off",
  })
  await admin.connect()
  await admin.query(`alter database ${database} owner to current_user; alter database ${database} reset all`)
  await admin.query(`reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`)
  await admin.end()
}
