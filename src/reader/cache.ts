import type { Cluster, Redis } from "ioredis"
import { createCache } from "../redis/cache.ts"
import { CircuitBreaker } from "./circuit_breaker.ts"
import type { ReaderMetrics } from "./metrics.ts"

/** What is kept of an answer. */
export interface CachedAnswer<R> {
  rows: R[]
  /** Epoch ms, Salesforce's clock. */
  freshAsOf: number
}

/** How long a read waits for Redis before it goes on without it, ms. */
const patienceMs = 150
const breakerOptions = { failures: 3, openMs: 1_000 }

/**
 * The reader's use of the cache (src/redis/cache.ts). Redis is never needed: whatever it does, a read goes on without
 * it, and after three failures in a row it is left alone for a second.
 */
export class ReaderCache {
  readonly #redis: Redis | Cluster
  readonly #cache: ReturnType<typeof createCache>
  readonly #failures: ReaderMetrics["failures"]
  readonly #breaker = new CircuitBreaker(breakerOptions)

  constructor(redis: Redis | Cluster, { failures }: ReaderMetrics) {
    this.#redis = redis
    this.#cache = createCache(redis)
    this.#failures = failures
  }

  async get<R>(key: string): Promise<CachedAnswer<R> | null> {
    const text = await this.#attempt(() => this.#cache.get(key))
    return text ? (JSON.parse(text) as CachedAnswer<R>) : null
  }

  /** Null: nothing can be filled. */
  begin(key: string): Promise<string | null> {
    return this.#attempt(() => this.#cache.begin(key))
  }

  async fill<R>(key: string, token: string, answer: CachedAnswer<R>, ttlMs: number): Promise<void> {
    await this.#attempt(() => this.#cache.fill(key, token, JSON.stringify(answer), ttlMs))
  }

  async #attempt<T>(command: () => Promise<T>): Promise<T | null> {
    if (!this.#breaker.passes) return null
    if (this.#redis.status !== "ready") {
      // A lazy client connects with its first command, which would wait.
      if (this.#redis.status === "wait") this.#redis.connect().catch(() => {})
      return null
    }
    this.#breaker.enter()
    let timer: NodeJS.Timeout | undefined
    const slow = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("Redis is slow")), patienceMs)
    })
    try {
      const result = await Promise.race([command(), slow])
      this.#breaker.succeeded()
      return result
    } catch (error) {
      this.#breaker.failed()
      this.#failures.inc({ to: "redis", reason: codeOf(error) })
      return null
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Redis puts its code in front: "OOM command not allowed …", "READONLY You can't write …". */
function codeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ""
  return /^[A-Z]{2,}\b/.exec(message)?.[0] ?? "UNAVAILABLE"
}
