import type { Pool } from "pg"
import { pause } from "../../base/backoff.ts"
import type { Log } from "../../base/log.ts"
import type { LagHistory } from "./snapshot.ts"

const everyMs = 10_000
const kept = 360

type Lags = readonly { object: string; lag_seconds: number | null }[]

/**
 * The lag of each object over the last hour, sampled every 10 s from the start of the process on, so that who opens
 * the page sees what came before. In memory: another process, or the next one, has its own.
 */
export class LagSamples {
  /** By number of the sample's ten seconds since 1970; oldest first. */
  readonly #samples = new Map<number, Map<string, number | null>>()

  /** Keeps what was read now; of several readings within ten seconds the worst. */
  add(lags: Lags, at = Date.now()): void {
    const slot = Math.floor(at / everyMs)
    const sample = this.#samples.get(slot) ?? new Map<string, number | null>()
    for (const { object, lag_seconds: lag } of lags) {
      const earlier = sample.get(object) ?? null
      sample.set(object, lag === null ? earlier : Math.max(Math.round(lag * 10) / 10, earlier ?? 0))
    }
    this.#samples.set(slot, sample)
    for (const old of this.#samples.keys()) if (old <= slot - kept) this.#samples.delete(old)
  }

  /** What was kept, with null for the times without a sample. */
  history(at = Date.now()): LagHistory {
    const now = Math.floor(at / everyMs)
    const first = Math.max(this.#samples.keys().next().value ?? now, now - kept + 1)
    const objects = new Set([...this.#samples.values()].flatMap((sample) => [...sample.keys()]))
    const lags: LagHistory["lags"] = {}
    for (const object of objects) {
      lags[object] = Array.from(
        { length: now - first + 1 },
        (_, index) => this.#samples.get(first + index)?.get(object) ?? null,
      )
    }
    return { every_seconds: everyMs / 1000, lags }
  }
}

/** Samples until the signal; while the database is away there is a gap. `onSample` is called after each sample. */
export async function sampleLags(
  { pool, log, samples, signal }: { pool: Pool; log: Log; samples: LagSamples; signal: AbortSignal },
  onSample: () => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const query = { text: "select object, lag_seconds from public.sf_shadow_lag", query_timeout: 5_000 }
      const { rows } = await pool.query<Lags[number]>(query)
      samples.add(rows)
    } catch (err) {
      log.debug(
        { event: "lag_not_sampled", err },
        "the status page has no sample of the lag of these seconds",
      )
    }
    if (signal.aborted) return
    onSample()
    await pause(everyMs - (Date.now() % everyMs), signal)
  }
}
