import { createServer } from "node:net"
import { resolve } from "node:path"
import {
  type Config,
  type Environment,
  readBaseConfig,
  readConfig,
  readDatabaseConfig,
} from "../base/config.ts"
import { interrupted } from "../base/interrupted.ts"
import { createLog, type Log } from "../base/log.ts"
import { type Part, StartedParts } from "../base/started_parts.ts"
import { runLoads } from "../bulk_to_shadow/index.ts"
import { loadLines, startProgress } from "../bulk_to_shadow/progress.ts"
import { connectionsOfLoads } from "../bulk_to_shadow/side_by_side.ts"
import { startEmbeddedPostgres } from "../postgres/embedded.ts"
import { assertReachable } from "../postgres/fault.ts"
import { migrate } from "../postgres/migrate.ts"
import { createPool, SessionClient } from "../postgres/pool.ts"
import { createBudgetedSession } from "../salesforce/budgeted_session.ts"
import { runService } from "../service/index.ts"
import { roles } from "../service/roles.ts"
import { Org } from "../simulator/org/org.ts"
import { seedCatalogue } from "../simulator/org/seed.ts"
import { type Simulator, startSimulator } from "../simulator/start.ts"
import { whatToTry } from "./advice.ts"
import { writeEnvironmentFile } from "./environment_file.ts"
import { startNarrator } from "./narrator.ts"
import { startTrickle } from "./trickle.ts"

const earlierStart = `Database: the data of an earlier start is there. The org of that start is gone with its changes: the
  service finds that it lost its place in the event streams, and the load below makes the database equal again.`

/**
 * The whole system without configuration: Postgres, a simulated org, the service between them, a full load, and
 * then a trickle of changes until the signal. Everything it started is stopped again, whatever happens.
 */
export async function runDemo(
  invocation: { environment: Environment; signal: AbortSignal },
  products: number,
): Promise<void> {
  const { signal } = invocation
  // The demo's own lines say what happens; the log speaks up when something is wrong.
  const environment: Environment = {
    ...invocation.environment,
    LOG_LEVEL: invocation.environment.LOG_LEVEL || "error",
  }
  const base = readBaseConfig(environment)
  const log = createLog(base.logLevel)
  const started = new StartedParts(log)
  const whileRunning = async <T extends Part>(starting: Promise<T>): Promise<T> => {
    const part = started.add(await starting)
    signal.throwIfAborted()
    return part
  }
  try {
    const databaseUrl = environment.DATABASE_URL
      ? readDatabaseConfig(environment).databaseUrl
      : (await whileRunning(embeddedPostgres(base.dataDir, log))).url
    print("Simulated org: a Salesforce org in memory, made anew at each start with the same catalogue ...")
    const simulator = await whileRunning(simulatedOrg(products))
    await assertReachable(databaseUrl)
    const { migrations } = await migrate(databaseUrl, log)
    print(migrations.length > 0 ? "Database: schema created." : earlierStart)
    const reaching = await demoEnvironment(environment, databaseUrl, simulator)
    const config = readConfig(reaching)
    const { path: shellFile } = await whileRunning(writeEnvironmentFile(base.dataDir, reaching))
    const service = await whileRunning(runService(config, roles, log, signal))
    print(`Status page: ${service.httpUrl}/ shows live what happens here, the load to begin with.`)
    await loadAll(config, log, signal)
    if (migrations.length === 0) await compareAnew(config.databaseUrl)
    await followChanges({ config, simulator, httpUrl: service.httpUrl ?? "", shellFile, signal })
    print("\nStopping ...")
  } finally {
    await started.stop()
  }
}

async function embeddedPostgres(dataDir: string, log: Log) {
  print(`Postgres: starting an embedded one with its data in ${dataDir} ...`)
  const postgres = await startEmbeddedPostgres({ dataDir, log })
  if (postgres.folder !== resolve(dataDir)) {
    print(`Postgres: its account cannot enter that folder, so the data is in ${postgres.folder}.`)
  }
  return postgres
}

async function simulatedOrg(products: number) {
  const org = new Org()
  seedCatalogue(org, { products, pricebooks: 2, accounts: products, contacts: products, sites: products })
  const simulator = await startSimulator({ org })
  return { ...simulator, stop: () => simulator.close() }
}

/** The configuration that a person would write to reach this Postgres and this org. */
async function demoEnvironment(
  environment: Environment,
  databaseUrl: string,
  { loginUrl, pubsubEndpoint, caFile, credentials }: Simulator,
): Promise<Environment> {
  return {
    ...environment,
    DATABASE_URL: databaseUrl,
    DATABASE_URL_FILE: undefined,
    SF_LOGIN_URL: loginUrl,
    SF_PUBSUB_ENDPOINT: pubsubEndpoint,
    SF_CA_FILE: caFile,
    SF_AUTH: "jwt",
    SF_CLIENT_ID: credentials.clientId,
    SF_USERNAME: credentials.username,
    SF_PRIVATE_KEY: credentials.privateKey,
    SF_PRIVATE_KEY_FILE: undefined,
    // A demo should start although something else has the port; a port that was asked for is not exchanged.
    HTTP_PORT: environment.HTTP_PORT || ((await isFree(9464)) ? "9464" : "0"),
  }
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer()
    server.once("error", () => answer(false))
    server.listen(port, "127.0.0.1", () => server.close(() => answer(true)))
  })
}

/**
 * Loads every object. Forced past the fuse: the org of this start does not have the records that an earlier
 * start created, and here that is known to be right.
 */
async function loadAll(config: Config, log: Log, signal: AbortSignal): Promise<void> {
  print("\nLoading every record by Bulk API 2.0:")
  const pool = createPool(config.databaseUrl, { max: connectionsOfLoads(config.loadConcurrency) })
  const salesforce = createBudgetedSession(config.salesforce, pool, log)
  const progress = startProgress(false)
  try {
    const results = await runLoads({
      config,
      pool,
      session: salesforce.session,
      budget: salesforce.budget,
      log,
      signal,
      objects: [],
      kind: "full",
      force: true,
      onProgress: progress.show,
    })
    progress.stop()
    print(
      loadLines(results)
        .map((line) => `  ${line}`)
        .join("\n"),
    )
    const failed = results.filter(({ state }) => state !== "complete")
    signal.throwIfAborted()
    if (failed.length > 0)
      throw new Error(`The first load of ${failed.map(({ object }) => object).join(", ")} failed.`)
  } finally {
    progress.stop()
    await salesforce.close()
    await pool.end()
  }
}

/**
 * The load has found what the org of an earlier start had changed, and states it as rows that were silently wrong: true
 * of no real org, which does not lose its changes. A comparison with the org of this start takes its place.
 */
async function compareAnew(databaseUrl: string): Promise<void> {
  const client = new SessionClient(databaseUrl, "sf-shadow demo")
  await client.connect()
  try {
    await client.query("select public.add_job('verify')")
  } finally {
    await client.end()
  }
}

async function followChanges(given: {
  config: Config
  simulator: Simulator
  httpUrl: string
  shellFile: string
  signal: AbortSignal
}): Promise<void> {
  const { config, simulator, httpUrl, shellFile, signal } = given
  print("\nThe org now changes about twice a second; waiting for the first change to arrive ...")
  const narrator = await startNarrator(config.databaseUrl, print, () => {
    print(`\nFollowing changes.\n${whatToTry(config.databaseUrl, httpUrl, shellFile)}\n`)
  })
  const trickle = startTrickle(simulator.org, narrator.heard)
  await interrupted(signal)
  trickle.stop()
  await narrator.stop()
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
