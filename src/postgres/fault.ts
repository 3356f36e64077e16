import { ConfigError } from "../base/config.ts"
import { SessionClient } from "./pool.ts"

/** Oldest Postgres that has what the SQL needs (pg_input_is_valid). */
const oldestVersion = 16

/** How long a host that does not answer is waited for, ms. */
const connectTimeoutMs = 5_000

/** Why a connection to the database failed, for people, and whether waiting may help. */
export interface DatabaseFault {
  /** Names DATABASE_URL, host, port and database; never user name or password of the URL's text. */
  message: string
  /** False when only a person can mend it (wrong password, no such database). */
  transient: boolean
}

/** A database that cannot be used as it is. */
export class DatabaseAccessError extends Error {
  override readonly name = "DatabaseAccessError"
  readonly transient: boolean
  constructor({ message, transient }: DatabaseFault, cause?: unknown) {
    super(message, { cause })
    this.transient = transient
  }
}

/** Connects once and asks for version and encoding. Throws DatabaseAccessError; ConfigError for another encoding. */
export async function assertReachable(databaseUrl: string): Promise<void> {
  const client = new SessionClient(databaseUrl, "look of sf-shadow", {
    connectionTimeoutMillis: connectTimeoutMs,
  })
  // A connection that breaks while it ends has answered already.
  client.on("error", () => {})
  let version: number
  let encoding: string
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string; encoding: string }>(
      "select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding",
    )
    const [found] = rows as [(typeof rows)[0]]
    version = Math.floor(Number(found.version) / 10_000)
    encoding = found.encoding
  } catch (cause) {
    throw new DatabaseAccessError(describeDatabaseFault(databaseUrl, cause), cause)
  } finally {
    await client.end().catch(() => {})
  }
  if (version < oldestVersion) {
    const message = `DATABASE_URL: the database at ${databaseAddress(databaseUrl)} is Postgres ${version}; ${oldestVersion} or newer is needed.`
    throw new DatabaseAccessError({ message, transient: false })
  }
  // Another one cannot hold what Salesforce has, or (SQL_ASCII) does not know what it holds.
  if (encoding !== "UTF8") {
    const address = databaseAddress(databaseUrl)
    throw new ConfigError([
      `DATABASE_URL: the database at ${address} has the encoding ${encoding}, and UTF8 is needed: an administrator runs create database ... encoding 'UTF8' template template0.`,
    ])
  }
}

const transientCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "53300", // too_many_connections
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "08006", // connection_failure
])

/** Explains an error of connecting with `databaseUrl`. */
export function describeDatabaseFault(databaseUrl: string, error: unknown): DatabaseFault {
  const { code, message } = flatten(error)
  const where = databaseAddress(databaseUrl)
  // pg reports its own connection timeout without a code.
  const transient = transientCodes.has(code) || /timeout|terminated/i.test(message)
  const reason = reasonOf(code, message)
  return { message: `DATABASE_URL: the database at ${where} ${reason}`, transient }
}

/** Host, port and database of a connection string, for messages. */
export function databaseAddress(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  const host = url.hostname || url.searchParams.get("host") || "localhost"
  return `${decodeURIComponent(host)}:${url.port || "5432"}${decodeURIComponent(url.pathname)}`
}

function reasonOf(code: string, message: string): string {
  switch (code) {
    case "ECONNREFUSED":
      return "refused the connection. Is Postgres running there?"
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "cannot be found: no such host."
    case "28P01":
    case "28000":
      return "refused the user or password."
    case "3D000":
      return "does not exist on that server. Create it, or correct the name."
    default:
      return `cannot be used: ${message}${code ? ` (${code})` : ""}.`
  }
}

/** Node reports several addresses that all failed as one AggregateError without a message of its own. */
function flatten(error: unknown): { code: string; message: string } {
  const one = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
  const { code, message } = one as { code?: string; message?: string }
  return { code: code ?? "", message: message ?? String(one) }
}
