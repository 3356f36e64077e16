import { randomBytes } from "node:crypto"
import type { Cluster, Redis } from "ioredis"
import { beginScript, fillScript } from "./cache_scripts.ts"

/**
 * A cache in Redis whose readers cannot put an old value back after its invalidation. Each key is one hash with the
 * fields `value` and `token`. A reader that misses does, in this order:
 *
 *     const token = await cache.begin(key)          // before anything is read
 *     const value = ...                             // read the source
 *     await cache.fill(key, token, value, ttlMs)    // stored only if nothing has deleted the key since begin
 *
 * `begin` leaves a placeholder under the key itself (a short-lived hash with a token and no value), or takes the token
 * of what is there; `fill` replaces what is there only while it still bears that token. An invalidation is a plain
 * deletion of the key, whoever does it, however it is found: by name, by pattern, by expiry, eviction or a restart. It
 * takes the token with it, and the fill is refused. Value and token are one key because SCAN promises only what was
 * there from its start to its end: a lease beside the key could be used to fill behind a running pattern pass. For the
 * same reason it works in a Cluster without hash tags, and while Redis is out of memory (a deletion needs none).
 *
 * What this cannot see: a source that is itself behind. Fill from the primary, not from a replica, and not from a
 * Salesforce query (a commit may be visible there seconds after its invalidation) unless with a time to live that
 * may be served stale.
 *
 * All methods reject with what ioredis rejects with; a reader goes on without the cache then.
 */
export interface Cache {
  /** The value, or null when there is none (a placeholder is none). */
  get(key: string): Promise<string | null>
  /**
   * Announces a fill; call it before the source is read. Readers that miss together share one token, and the first to
   * fill wins. A token is good for `leaseMs`, or as long as the value that was there.
   */
  begin(key: string): Promise<string>
  /**
   * Stores the value for `ttlMs` if the key was not deleted, and not filled by another, since `begin`.
   *
   * @returns false when it was refused: the value is still right to serve once, but another reader must not get it
   */
  fill(key: string, token: string, value: string, ttlMs: number): Promise<boolean>
}

export interface CacheOptions {
  /** How long a reader may take from begin to fill, ms; a reader that takes longer is refused. Default 30,000. */
  leaseMs?: number
}

type CacheCommands = {
  sfShadowBegin(key: string, token: string, leaseMs: number): Promise<string>
  sfShadowFill(key: string, held: string, token: string, value: string, ttlMs: number): Promise<number>
}

/** The cache on a stand-alone Redis or a Cluster; it adds two commands to that client and nothing else. */
export function createCache(redis: Redis | Cluster, { leaseMs = 30_000 }: CacheOptions = {}): Cache {
  redis.defineCommand("sfShadowBegin", { numberOfKeys: 1, lua: beginScript })
  redis.defineCommand("sfShadowFill", { numberOfKeys: 1, lua: fillScript })
  const commands = redis as unknown as CacheCommands
  return {
    get: (key) => redis.hget(key, "value"),
    begin: (key) => commands.sfShadowBegin(key, newToken(), leaseMs),
    async fill(key, token, value, ttlMs) {
      return (await commands.sfShadowFill(key, token, newToken(), value, Math.ceil(ttlMs))) === 1
    },
  }
}

function newToken(): string {
  return randomBytes(16).toString("base64url")
}
