import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { Cluster, Redis } from "ioredis"

/** How long an answer of Redis is waited for, ms: a stopped process keeps its connections open and says nothing. */
const answerWithinMs = 5_000

/** How to reach Redis. */
export interface RedisAddress {
  /** redis:// or rediss:// */
  redisUrl: string
  cluster: boolean
  /** Extra trusted CA, PEM. */
  ca?: string
}

/** Redis cannot be reached, or cannot be written to. `code` is an error code or the first word of Redis's answer. */
export class RedisUnavailable extends Error {
  override readonly name = "RedisUnavailable"
  readonly code: string
  constructor(message: string, code: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** A client of one Redis or Cluster that reconnects by itself, fails fast while it cannot, and says why. */
export class RedisConnection {
  readonly client: Redis | Cluster
  readonly #where: string
  #lastError: Error | undefined

  constructor({ redisUrl, cluster, ca }: RedisAddress) {
    const url = new URL(redisUrl)
    this.#where = `${url.hostname}:${url.port || "6379"}`
    const tls = url.protocol === "rediss:" ? { ca } : undefined
    const options = {
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      tls,
      connectTimeout: answerWithinMs,
      commandTimeout: answerWithinMs,
      connectionName: "sf-shadow",
      // What was not acknowledged is done again from the outbox; queueing it here would hide for how long.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
    }
    const host = url.hostname.replace(/^\[|\]$/g, "")
    const port = Number(url.port || 6379)
    this.client = cluster
      ? new Cluster([{ host, port }], {
          redisOptions: options,
          enableOfflineQueue: false,
          clusterRetryStrategy: reconnectMs,
          slotsRefreshInterval: 5_000,
          // Certificates name hosts, so that the names a TLS Cluster announces must not become addresses.
          ...(tls && { dnsLookup: (address, callback) => callback(null, address) }),
        })
      : new Redis({
          ...options,
          host,
          port,
          db: Number(url.pathname.slice(1) || 0),
          retryStrategy: reconnectMs,
          // After a failover behind one name, the old primary still answers, as a replica.
          reconnectOnError: (error) => error.message.startsWith("READONLY"),
        })
    this.client.on("error", (error: Error) => {
      this.#lastError = error
    })
    this.client.on("node error", (error: Error) => {
      this.#lastError = error
    })
  }

  /** Resolves when commands can be sent. @throws the connection's last error when that is not so within 5 s */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.client.status === "ready") return
    const timeout = AbortSignal.timeout(answerWithinMs)
    try {
      await once(this.client, "ready", { signal: AbortSignal.any([signal, timeout]) })
    } catch (error) {
      if (signal.aborted) throw error
      if ((this.client.status as string) !== "ready") throw this.#lastError ?? timeout.reason
    }
  }

  /** The error as one for the person on call, without addresses that hold a password. */
  explain(error: unknown): RedisUnavailable {
    const { message, code } = error instanceof RedisUnavailable ? error : rootOf(error)
    return new RedisUnavailable(`REDIS_URL: Redis at ${this.#where}: ${message}`, code, error)
  }

  async close(): Promise<void> {
    if (this.client.status === "end") return
    const ended = once(this.client, "end")
    this.client.disconnect()
    await Promise.race([ended, sleep(1_000, undefined, { ref: false })])
  }
}

/** Tries again for ever; the caller has its own pauses, this one only must not be longer. */
function reconnectMs(attempt: number): number {
  return Math.min(50 * attempt, 1_000)
}

/** A Cluster wraps what happened to its last node; Node wraps what happened to each address. */
function rootOf(error: unknown): { message: string; code: string } {
  const { lastNodeError, errors, message, code } = error as {
    lastNodeError?: Error
    errors?: Error[]
    message?: string
    code?: string
  }
  if (lastNodeError) return rootOf(lastNodeError)
  if (errors?.[0]) return rootOf(errors[0])
  const text = message || String(error)
  if (/timed out|timeout/i.test(text)) return { message: "no answer in time", code: "timeout" }
  // Redis begins its errors with a word in capitals: OOM, READONLY, NOAUTH, CLUSTERDOWN.
  const word = /^-?([A-Z]{2,})\b/.exec(text)?.[1]
  return { message: text, code: code ?? word ?? "connection" }
}
