import { readFileSync } from "node:fs"
import type { z } from "zod"
import { joinTemplates, readerTemplates, type Templates } from "./cache_keys.ts"
import { proxyOf } from "./proxy.ts"
import type { SalesforceConfig } from "./salesforce_config.ts"
import { loopback, type Variable, type VariableName, variables } from "./variables.ts"

export type { SalesforceConfig } from "./salesforce_config.ts"

/** What every command reads. */
export interface BaseConfig {
  logLevel: string
  /** Folder of the demo's database. */
  dataDir: string
  /** Where HTTP answers; `token` is there wherever others than this machine reach it. */
  http: { host: string; port: number; token?: string }
}

/** The Redis whose cached records are invalidated. */
export interface RedisConfig {
  /** redis:// or rediss://; may hold a password. */
  redisUrl: string
  /** Whether redisUrl is a node of a Cluster. */
  cluster: boolean
  /** Extra trusted CA, PEM, for rediss. */
  ca?: string
  /** Name of the cursor in the outbox. */
  consumer: string
  /** What a change of each object clears. */
  templates: Templates
}

/** For commands that only need the database, and perhaps Redis. */
export interface DatabaseConfig extends BaseConfig {
  databaseUrl: string
  /** REDIS_URL and its like; undefined: no Redis. */
  redis?: RedisConfig
}

/** For commands that talk to Salesforce. Times in milliseconds; defaults and meanings: src/base/variables.ts. */
export interface Config extends DatabaseConfig {
  salesforce: SalesforceConfig
  /** ENABLE_SF_SHADOW_EVENTS: whether to subscribe at all. */
  shadowEvents: boolean
  /** SF_TOPICS; undefined: one change-event topic per enabled object. */
  topics?: string[]
  /** SF_DEFAULT_CURRENCY, for orgs without CurrencyIsoCode. */
  defaultCurrency?: string
  pubsubSilenceMs: number
  deltaOverlapMs: number
  /** M of docs/rules.md. */
  marginMs: number
  /** D of rule 10. */
  publishDelayMs: number
  bulkPageRows: number
  /** SF_BULK_STALL_S. */
  bulkStallMs: number
  workerConcurrency: number
  loadConcurrency: number
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Faults of the configuration, all at once, one line each; the process ends with code 2. */
export class ConfigError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    )
    this.name = "ConfigError"
    this.faults = faults
  }
}

type Values = {
  [N in VariableName]:
    | z.output<(typeof variables)[N]["schema"]>
    | ((typeof variables)[N] extends { default: string } ? never : undefined)
}

/** What `start` does with this environment. Throws ConfigError when it is neither. */
export function startMode(env: Environment = process.env): "demo" | "service" {
  const database = isSet(env, "DATABASE_URL")
  const salesforce = salesforceVariables.filter((name) => isSet(env, name))
  if (database === salesforce.length > 0) return database ? "service" : "demo"
  const given = database ? "only DATABASE_URL is set" : `only ${salesforce.join(", ")} set`
  throw new ConfigError([
    ...faultsOf(() => readConfig(env)),
    `start: ${given}. Set DATABASE_URL and the SF_* variables for the service, none of them for the demo` +
      `${database ? "; start --demo puts simulated records into that database" : ""}.`,
  ])
}

/** SF_SHADOW_ENABLED, whatever else is wrong with the environment. Throws ConfigError when it is neither on nor off. */
export function isSwitchedOn(env: Environment = process.env): boolean {
  const { schema, default: fallback } = variables.SF_SHADOW_ENABLED
  const result = schema.safeParse(env.SF_SHADOW_ENABLED?.trim() || fallback)
  if (result.success) return result.data
  throw new ConfigError([
    `SF_SHADOW_ENABLED: ${result.error.issues.map((issue) => issue.message).join("; ")}`,
  ])
}

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

/** Log level, data folder and HTTP address: enough for the demo and the simulator. Throws ConfigError. */
export function readBaseConfig(env: Environment = process.env): BaseConfig {
  const { values, faults } = readAll(env)
  if (faults.length > 0) throw new ConfigError(faults)
  return baseOf(values)
}

/** Reads what a database command needs. Throws ConfigError. */
export function readDatabaseConfig(env: Environment = process.env): DatabaseConfig {
  const { values, faults } = readAll(env)
  if (!isSet(env, "DATABASE_URL")) faults.push(missing("DATABASE_URL"))
  if (faults.length > 0) throw new ConfigError(faults)
  return { ...baseOf(values), databaseUrl: values.DATABASE_URL as string, redis: redisOf(values) }
}

/** Reads everything for the service and for loads. Throws ConfigError. */
export function readConfig(env: Environment = process.env): Config {
  const { values, faults } = readAll(env)
  const auth = values.SF_AUTH ?? (isSet(env, "SF_PRIVATE_KEY") ? "jwt" : "client-credentials")
  const credentials =
    auth === "jwt" ? (["SF_USERNAME", "SF_PRIVATE_KEY"] as const) : (["SF_CLIENT_SECRET"] as const)
  const absent = (["DATABASE_URL", "SF_CLIENT_ID", ...credentials] as const).filter(
    (name) => !isSet(env, name),
  )
  faults.push(
    ...absent.map((name) => missing(name, credentials.some((one) => one === name) ? auth : undefined)),
  )
  if (absent.length > 0) faults.push(...unknownNames(env))
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    ...baseOf(values),
    databaseUrl: values.DATABASE_URL as string,
    redis: redisOf(values),
    salesforce: {
      loginUrl: values.SF_LOGIN_URL,
      auth,
      clientId: values.SF_CLIENT_ID as string,
      clientSecret: values.SF_CLIENT_SECRET,
      username: values.SF_USERNAME,
      privateKey: values.SF_PRIVATE_KEY,
      audience: values.SF_AUDIENCE,
      apiVersion: values.SF_API_VERSION,
      pubsubEndpoint: values.SF_PUBSUB_ENDPOINT,
      ca: values.SF_CA_FILE,
      proxy: proxyOf({ https: values.HTTPS_PROXY, http: values.HTTP_PROXY, none: values.NO_PROXY }),
      httpIdleMs: values.SF_HTTP_IDLE_S,
      bulkPollMs: values.SF_BULK_POLL_MS,
    },
    shadowEvents: values.ENABLE_SF_SHADOW_EVENTS,
    topics: values.SF_TOPICS,
    defaultCurrency: values.SF_DEFAULT_CURRENCY,
    pubsubSilenceMs: values.SF_PUBSUB_SILENCE_S,
    deltaOverlapMs: values.SF_DELTA_OVERLAP_MIN,
    marginMs: values.SF_MARGIN_S,
    publishDelayMs: values.SF_PUBLISH_DELAY_S,
    bulkPageRows: values.SF_BULK_PAGE_ROWS,
    bulkStallMs: values.SF_BULK_STALL_S,
    workerConcurrency: values.WORKER_CONCURRENCY,
    loadConcurrency: values.LOAD_CONCURRENCY,
  }
}

const names = Object.keys(variables) as VariableName[]
const salesforceVariables = names.filter((name) => name.startsWith("SF_") && name !== "SF_SHADOW_DATA_DIR")

function definition(name: VariableName): Variable {
  return variables[name]
}

/** Whether the variable, or its `_FILE` form, has a value. Empty counts as unset, as in env files. */
function isSet(env: Environment, name: VariableName): boolean {
  return (
    Boolean(env[name]?.trim()) || (definition(name).secret === true && Boolean(env[`${name}_FILE`]?.trim()))
  )
}

function missing(name: VariableName, auth?: string): string {
  const file = definition(name).secret ? ` (or ${name}_FILE)` : ""
  return `${name}${file}: not set${auth ? `, needed for SF_AUTH=${auth}` : ""}. ${definition(name).meaning}.`
}

/** Set variables that look like ours but are not: most often a misspelling of the missing one. */
function unknownNames(env: Environment): string[] {
  const known = new Set<string>(names.flatMap((name) => [name, `${name}_FILE`]))
  const unknown = Object.keys(env).filter((name) => name.startsWith("SF_") && !known.has(name))
  return unknown.length > 0
    ? [`${unknown.join(", ")}: set, but no variable of sf-shadow. A misspelling?`]
    : []
}

function baseOf(values: Values): BaseConfig {
  return {
    logLevel: values.LOG_LEVEL,
    dataDir: values.SF_SHADOW_DATA_DIR,
    http: { host: values.HTTP_HOST, port: values.HTTP_PORT, token: values.HTTP_TOKEN },
  }
}

function redisOf(values: Values): RedisConfig | undefined {
  if (values.REDIS_URL === undefined) return undefined
  return {
    redisUrl: values.REDIS_URL,
    cluster: values.REDIS_CLUSTER,
    ca: values.REDIS_CA_FILE,
    consumer: values.REDIS_CONSUMER,
    templates: joinTemplates(readerTemplates, values.REDIS_TEMPLATES ?? {}),
  }
}

/** Parses every variable; a faulty one is undefined and has a line in `faults`, which never holds its value. */
function readAll(env: Environment): { values: Values; faults: string[] } {
  const faults: string[] = []
  const values: Record<string, unknown> = {}
  for (const name of names) {
    const { schema, default: fallback } = definition(name)
    const raw = rawValue(env, name, faults) ?? fallback
    if (raw === undefined) continue
    const result = schema.safeParse(raw)
    if (result.success) values[name] = result.data
    else faults.push(`${name}: ${result.error.issues.map((issue) => issue.message).join("; ")}`)
  }
  if (!loopback.test(values.HTTP_HOST as string) && !isSet(env, "HTTP_TOKEN")) {
    faults.push(
      `HTTP_TOKEN (or HTTP_TOKEN_FILE): not set, needed because HTTP_HOST is not an address of this machine only: others could read /metrics and the rest. Make one by: openssl rand -hex 32`,
    )
  }
  return { values: values as Values, faults }
}

function rawValue(env: Environment, name: VariableName, faults: string[]): string | undefined {
  const { alias } = definition(name)
  const direct = (alias && env[alias]?.trim()) || env[name]?.trim() || undefined
  const path = definition(name).secret ? env[`${name}_FILE`]?.trim() || undefined : undefined
  if (path === undefined) return direct
  if (direct !== undefined) {
    faults.push(`${name} and ${name}_FILE: both set. Keep one of them.`)
    return undefined
  }
  try {
    const content = readFileSync(path, "utf8").trim()
    if (content === "") faults.push(`${name}_FILE: the file ${path} is empty`)
    return content || undefined
  } catch (error) {
    faults.push(`${name}_FILE: the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
    return undefined
  }
}
