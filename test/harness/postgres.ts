import { randomBytes } from "node:crypto"
import { after } from "node:test"
import pg from "pg"
import pino from "pino"
import { migrate } from "../../src/postgres/migrate.ts"
import { createPool } from "../../src/postgres/pool.ts"
import { globalSetup, globalTeardown } from "../global_setup.ts"
import { schemaFingerprint } from "../revision.ts"

/** A migrated database of one test file. */
export interface TestDatabase {
  url: string
  pool: pg.Pool
  /** Connections with the rights of a role, and no more; ended with the file. */
  poolAs(role: string): pg.Pool
  /** Has work done before the connections are ended and the database is dropped. */
  beforeClose(work: () => Promise<unknown>): void
}

const quiet = pino({ level: "silent" })

// A file that is run alone, without the runner's global setup, starts its own server.
const ownServer = process.env.TEST_DATABASE_URL === undefined
if (ownServer) await globalSetup()
const serverUrl = process.env.TEST_DATABASE_URL as string

const cleanups: (() => Promise<unknown>)[] = []
after(async () => {
  for (const cleanup of cleanups) await cleanup()
  if (ownServer) await globalTeardown()
})

/** When a database is dropped: after the calling test file, unless a test says otherwise. */
type Lifetime = { after(cleanup: () => Promise<unknown>): void }
const file: Lifetime = { after: (cleanup) => void cleanups.unshift(cleanup) }

/**
 * Clones the migrated template for the calling test file, or for a test; the clone is dropped when that is done,
 * unless TEST_KEEP_DATABASES is set. The template is made once per content of sql/, or TEST_TEMPLATE_DATABASE names it
 * (test/mutants.ts, which changes one thing of it).
 */
export async function createTestDatabase(user: Lifetime = file): Promise<TestDatabase> {
  const name = await createDatabase(await templateDatabase())
  const url = databaseUrl(serverUrl, name)
  const pool = createPool(url, { max: 8 })
  // Tests name tables and views as a user does, without a schema.
  pool.on("connect", (client) => client.query("set search_path = public").catch(() => {}))
  const closing: (() => Promise<unknown>)[] = []
  user.after(async () => {
    for (const work of closing.reverse()) await work()
    await pool.end()
    await dropDatabase(name)
  })
  const poolAs = (role: string) => {
    const asRole = new pg.Pool({ connectionString: url, max: 4, options: `-c role=${role}` })
    closing.push(() => asRole.end())
    return asRole
  }
  return { url, pool, poolAs, beforeClose: (work) => void closing.push(work) }
}

/**
 * An empty database, not migrated, for tests of the migration itself.
 *
 * @param options of `create database`
 */
export async function createEmptyDatabase(options = ""): Promise<string> {
  const name = await createDatabase(`template0 ${options}`)
  file.after(() => dropDatabase(name))
  return databaseUrl(serverUrl, name)
}

async function createDatabase(template: string): Promise<string> {
  const name = `test_${randomBytes(6).toString("hex")}`
  await administer((client) => client.query(`create database ${name} template ${template}`))
  return name
}

async function dropDatabase(name: string): Promise<unknown> {
  return process.env.TEST_KEEP_DATABASES || administer((client) => client.query(`drop database ${name}`))
}

async function templateDatabase(): Promise<string> {
  if (process.env.TEST_TEMPLATE_DATABASE) return process.env.TEST_TEMPLATE_DATABASE
  const name = `template_${await schemaFingerprint()}`
  await administer(async (client) => {
    // Test files start at the same time: one makes the template, the others wait for it.
    await client.query("select pg_advisory_lock(hashtext('sf-shadow test template'))")
    const { rows } = await client.query("select from pg_database where datname = $1", [name])
    if (rows.length > 0) return
    const draft = `${name}_draft`
    await client.query(`drop database if exists ${draft} with (force)`)
    await client.query(`create database ${draft} template template0`)
    await migrate(databaseUrl(serverUrl, draft), quiet)
    await client.query(`alter database ${draft} rename to ${name}`)
  })
  return name
}

async function administer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function databaseUrl(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
