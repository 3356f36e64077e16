import { availableParallelism } from "node:os"
import { endedChildrenSeconds, processorSeconds } from "./processes.ts"

/** Runs work and tells how long it took, in seconds. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const startedAt = performance.now()
  const result = await work()
  return { result, seconds: (performance.now() - startedAt) / 1000 }
}

/** Processor seconds by what used them. */
export type Spent = Record<string, number>

/**
 * Runs work and tells how long it took and what processor time each of the processes used meanwhile, in seconds.
 *
 * @param pids of processes that live on; "ended" stands for the one that this process has started and that ends meanwhile
 */
export async function measured<T>(
  pids: Readonly<Record<string, number | "ended">>,
  work: () => Promise<T>,
): Promise<{ result: T; seconds: number; spent: Spent }> {
  const look = async () =>
    Promise.all(
      Object.entries(pids).map(
        async ([name, pid]) =>
          [name, await (pid === "ended" ? endedChildrenSeconds() : processorSeconds(pid))] as const,
      ),
    )
  const before = Object.fromEntries(await look())
  const { result, seconds } = await timed(work)
  const spent = Object.fromEntries((await look()).map(([name, at]) => [name, at - (before[name] as number)]))
  return { result, seconds, spent }
}

/** Processor seconds of all but the source, which is no part of what is compared. */
export function spentBeside(source: string, spent: Spent): number {
  return Object.entries(spent).reduce((sum, [name, seconds]) => (name === source ? sum : sum + seconds), 0)
}

/** Which part worked most: "Postgres 0.9, sf-shadow 0.6, org 0.4 of 2 cores busy", the busiest first. */
export function busiest(spent: Spent, seconds: number): string {
  const shares = Object.entries(spent).sort(([, a], [, b]) => b - a)
  return `${shares.map(([name, used]) => `${name} ${(used / seconds).toFixed(2)}`).join(", ")} of ${availableParallelism()} cores busy`
}

/** The value below which the share `q` of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN
}

/** Now, epoch ms with fractions, on the clock that all processes of this machine share. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

/** Says on stderr what is being done; the result goes to stdout. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

export const whole = (value: number) => Math.round(value).toLocaleString("en-US")
