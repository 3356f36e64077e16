import type pg from "pg"
import pino from "pino"
import { Registry } from "prom-client"
import type { Connections } from "../../src/connections.ts"
import { describeToFields } from "../../src/mapping/index.ts"
import { addObject, describeWishes } from "../../src/mapping/plan.ts"
import { createReader, type Reader, type ReaderOptions } from "../../src/reader/index.ts"
import { readAndMerge, type Selection } from "../../src/records_to_shadow/index.ts"
import { createSession } from "../../src/salesforce/session.ts"
import type { Org } from "../../src/simulator/org/org.ts"
import { type Seeded, seedCatalogue } from "../../src/simulator/org/seed.ts"
import { type Simulator, startSimulator } from "../../src/simulator/start.ts"
import { createTestDatabase, type TestDatabase } from "../harness/postgres.ts"

const tables = {
  Product2: "sf_product_shadow",
  PricebookEntry: "sf_pricebook_shadow",
  Account: "sf_account_eligibility_shadow",
  Service_Site__c: "sf_service_site_shadow",
} as const
export type ObjectName = keyof typeof tables
const shipped: ObjectName[] = ["Product2", "PricebookEntry", "Account"]

/** An org, a shadow that equals it, and readers between them. */
export interface Reading {
  org: Org
  simulator: Simulator
  seeded: Seeded
  database: TestDatabase
  /** As the owner of the database. */
  pool: pg.Pool
  /** As a service that is granted `sf_shadow_reader`, and nothing else. */
  readerPool: pg.Pool
  register: Registry
  /** A reader as that role, with this org behind it unless options say otherwise; closed with the file. */
  reader(options?: Partial<ReaderOptions>): Reader
  /** Merges what the org has now. @param ids only of these */
  load(object: ObjectName, ids?: string[]): Promise<void>
  /** Adds an object, and loads it; it claims what the others do. */
  mirror(object: ObjectName, where?: string): Promise<void>
  /** What the objects claim: to hold everything published up to so many seconds ago; null: nothing. */
  claim(seconds: number | null): Promise<void>
  /** Lets the rows of an object be known to be right until so many seconds ago only. */
  age(object: ObjectName, seconds: number): Promise<void>
  /** Requests to Salesforce's API so far, logins apart. */
  calls(): number
  /** Ids that readers have asked to be read again. */
  requested(object: ObjectName): Promise<string[]>
  /** The value of a counter, of all series that have the labels. */
  count(name: string, labels: Record<string, string>, of?: Registry): Promise<number>
}

/** Starts it all for a test file: the shadow is loaded and claims to be a minute behind. */
export async function startReading(accounts = 20): Promise<Reading> {
  const database = await createTestDatabase()
  const { pool } = database
  const simulator = await startSimulator({ visibilityLagMs: [0, 0], publishDelayMs: [0, 0] })
  const { org } = simulator
  const seeded = seedCatalogue(org, { products: 12, pricebooks: 2, accounts, sites: 4 })
  const { clientId, clientSecret } = simulator.credentials
  const salesforce = {
    loginUrl: simulator.loginUrl,
    auth: "client-credentials" as const,
    clientId,
    clientSecret,
    ca: simulator.ca,
  }
  const session = createSession({
    ...salesforce,
    apiVersion: "66.0",
    pubsubEndpoint: simulator.pubsubEndpoint,
    httpIdleMs: 5_000,
    bulkPollMs: 50,
  })
  const connections = { pool, session, log: pino({ level: "silent" }) } as unknown as Connections
  const readerPool = database.poolAs("sf_shadow_reader")
  const readers: Reader[] = []
  const register = new Registry()
  const reading: Reading = {
    org,
    simulator,
    seeded,
    database,
    pool,
    readerPool,
    register,
    reader(options = {}) {
      const reader = createReader({ pool: readerPool, salesforce, register, mode: "shadow", ...options })
      readers.push(reader)
      return reader
    },
    async load(object, ids = [...org.rows(object)].map(({ Id }) => Id as string)) {
      // Reads within the margin of each other cannot be ordered (rule 5): the ones before were a while ago.
      await pool.query(
        `update sf_shadow.read set read_from = read_from - interval '1 hour', read_to = read_to - interval '1 hour'
         where object = $1`,
        [object],
      )
      await pool.query(
        "update sf_shadow.reject set known_until = known_until - interval '1 hour' where object = $1",
        [object],
      )
      const { rows } = await pool.query<Selection>(
        "select sf_shadow.load_fields(o.object) as fields, o.filter from sf_shadow.object o where o.object = $1",
        [object],
      )
      await readAndMerge(connections, object, rows[0] as Selection, ids)
    },
    async mirror(object, where) {
      const wish = { object, where }
      const [described] = await describeWishes(session, [wish])
      if (described) await addObject(pool, wish, described)
      await follow(object)
    },
    async claim(seconds) {
      await pool.query(
        "update sf_shadow.stream_cursor set applied_commit_timestamp = now() - $1 * interval '1 second'",
        [seconds],
      )
    },
    async age(object, seconds) {
      await pool.query(`update public.${tables[object]} set synced_at = now() - $1 * interval '1 second'`, [
        seconds,
      ])
    },
    calls: () => org.usage.apiRequests.used,
    async requested(object) {
      const { rows } = await pool.query<{ record_id: string }>(
        "select record_id from sf_shadow.refresh_request where object = $1 order by record_id",
        [object],
      )
      return rows.map(({ record_id }) => record_id)
    },
    async count(name, labels, of = register) {
      const metric = await of.getSingleMetric(name)?.get()
      const found = metric?.values.filter((value) =>
        Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted),
      )
      return found?.reduce((sum, { value }) => sum + value, 0) ?? 0
    },
  }
  const followed: ObjectName[] = []
  /** Loads an object, as a run would that has compared the Ids, and has the stream carry it. */
  async function follow(object: ObjectName): Promise<void> {
    await describeToFields(connections, object)
    await reading.load(object)
    followed.push(object)
    await pool.query("select sf_shadow.ensure_stream('/data/ChangeEvents', $1)", [followed])
    await pool.query(
      `update sf_shadow.object_state s set proof_read_id = (
         select max(r.read_id) from sf_shadow.read r where r.object = s.object)
       where s.object = $1`,
      [object],
    )
  }
  for (const object of shipped) await follow(object)
  await reading.claim(60)
  database.beforeClose(async () => {
    for (const reader of readers) await reader.close()
    await session.close()
    await simulator.close()
  })
  return reading
}

/** SKU of a product as the org has it. */
export function skuOf({ org }: Reading, productId: string): string {
  return org.read("Product2", productId)?.StockKeepingUnit as string
}
