import { destination, type Logger, pino, stdTimeFunctions } from "pino"
import { prettyFactory } from "pino-pretty"

/**
 * The program's logger. Every line has a constant `event` name (the edge, or edge_what) beside its message, and the
 * keys `object`, `stream`, `run` where they apply: `log.child({ object: "Product2" })`.
 */
export type Log = Logger

/** Keys whose values are never written, wherever they turn up in a logged object or error. */
const secretKeys = [
  "accessToken",
  "access_token",
  "assertion",
  "authorization",
  "Authorization",
  "clientSecret",
  "client_secret",
  "connectionString",
  "databaseUrl",
  "password",
  "privateKey",
  "redisUrl",
  "refreshToken",
  "token",
]

const redact = {
  paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]),
  censor: "[secret]",
}

/**
 * Makes the logger: JSON lines on stderr, or coloured text when stderr is a terminal; stdout stays for results.
 * Lines are written at once, so that none is lost when the process ends.
 *
 * @param level as LOG_LEVEL; `debug` and `trace` also write the stacks of errors
 */
export function createLog(level: string): Log {
  const stacks = level === "debug" || level === "trace"
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: {
      err: (error: unknown) => describeError(error, stacks),
      error: (error: unknown) => describeError(error, stacks),
    },
    redact,
  }
  const stderr = destination({ dest: 2, sync: true })
  if (process.stderr.isTTY !== true) return pino(options, stderr)
  const pretty = prettyFactory({
    colorize: true,
    translateTime: "SYS:HH:MM:ss",
    ignore: "event",
    singleLine: true,
  })
  return pino(options, { write: (line: string) => stderr.write(pretty(JSON.parse(line))) })
}

/** What a log line keeps of an error: a driver's error may carry the request with its headers, which stays out. */
export function describeError(error: unknown, withStack = false): unknown {
  if (!(error instanceof Error)) return error
  const { code } = error as { code?: unknown }
  const cause = error.cause === undefined ? undefined : describeError(error.cause, withStack)
  return {
    type: error.name,
    message: error.message,
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause }),
    ...(withStack && { stack: error.stack }),
  }
}
