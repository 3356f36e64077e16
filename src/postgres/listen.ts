import type pg from "pg"
import { Backoff, pause } from "../base/backoff.ts"
import type { Log } from "../base/log.ts"
import { lockSpaces } from "./lock_spaces.ts"
import { SessionClient } from "./pool.ts"

const standbyMs = 2_000

/** A flag that somebody waits for: set twice before the waiter looks, it wakes once. */
export class Wake {
  #set = false
  #release: (() => void) | undefined

  set(): void {
    this.#set = true
    this.#release?.()
  }

  /** Resolves when it was set since the last wait, after `withinMs`, or when the signal is aborted. */
  async wait(withinMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#set && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, withinMs)
      this.#release = resolve
      signal.addEventListener("abort", this.#release)
      await promise
      clearTimeout(timer)
      signal.removeEventListener("abort", this.#release)
      this.#release = undefined
    }
    this.#set = false
  }
}

/** A connection for LISTEN, not yet opened, and the signal that says that it is lost. */
export function newListener(
  databaseUrl: string,
  channel: string,
): { client: SessionClient; lost: AbortSignal } {
  const lost = new AbortController()
  const client = new SessionClient(databaseUrl, `sf-shadow ${channel}`, {
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  client.on("error", () => lost.abort())
  client.on("end", () => lost.abort())
  return { client, lost: lost.signal }
}

/**
 * Listens on a channel for as long as this process can, on a connection of its own, as the only one of a name: others
 * stand by until that connection is lost. Then it starts over: what was notified meanwhile is lost, so `work` has to
 * look at the table first.
 *
 * @param name who is only there once; processes of the same name take over from each other
 * @param work is told by `wake` that something may be new, and by its signal that it must come to an end. What it
 *   throws is `work`'s to report: it is started again after a pause
 */
export async function whileListening(
  {
    databaseUrl,
    channel,
    name,
    signal,
    log,
  }: { databaseUrl: string; channel: string; name: string; signal: AbortSignal; log: Log },
  work: (wake: Wake, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const backoff = new Backoff(200, 5_000)
  while (!signal.aborted) {
    const { client, lost } = newListener(databaseUrl, channel)
    const wake = new Wake()
    client.on("notification", () => wake.set())
    const ending = AbortSignal.any([signal, lost])
    try {
      await client.connect()
      await becomeTheOne(client, name, ending)
      await client.query(`listen ${client.escapeIdentifier(channel)}`)
      backoff.reset()
      await work(wake, ending)
    } catch (err) {
      if (!signal.aborted) {
        log.warn(
          { event: "listener_lost", channel, err },
          `the listener of ${channel} was lost; trying again`,
        )
      }
    } finally {
      await client.end().catch(() => {})
    }
    if (!signal.aborted) await pause(backoff.nextMs(), signal)
  }
}

/** Asks again and again rather than waiting in the lock: a waiting statement would keep old row versions alive. */
async function becomeTheOne(client: pg.Client, name: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { rows } = await client.query<{ held: boolean }>(
      "select pg_try_advisory_lock($1::int, hashtext($2)) as held",
      [lockSpaces.listener, name],
    )
    if (rows[0]?.held) return
    await pause(standbyMs, signal)
  }
  signal.throwIfAborted()
}
