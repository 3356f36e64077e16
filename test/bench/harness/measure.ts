import { availableParallelism, cpus } from "node:os"
import { endedChildrenSeconds, processorSeconds } from "./processes.ts"

/** Runs work and tells how long it took, in seconds. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const startedAt = performance.now()
  const result = await work()
  return { result, seconds: (performance.now() - startedAt) / 1000 }
}

/** Processor seconds by what used them. */
export type Spent = Record<string, number>

/** What work took. */
export interface Took<T> {
  result: T
  seconds: number
  /** Of the processes that were named. */
  spent: Spent
  /** Of all the rest of the machine, in processor seconds. */
  others: number
}

/**
 * Runs work and tells how long it took and what processor time each of the processes used meanwhile.
 *
 * @param pids of processes that live on; "ended" stands for the one that this process has started and that ends meanwhile
 */
export async function measured<T>(
  pids: Readonly<Record<string, number | "ended">>,
  work: () => Promise<T>,
): Promise<Took<T>> {
  const look = async () => {
    const used = Object.entries(pids).map(async ([name, pid]) => {
      return [name, await (pid === "ended" ? endedChildrenSeconds() : processorSeconds(pid))] as const
    })
    return { used: await Promise.all(used), all: machineSeconds() }
  }
  const before = await look()
  const { result, seconds } = await timed(work)
  const after = await look()
  const usedBefore = new Map(before.used)
  const spent = Object.fromEntries(
    after.used.map(([name, at]) => [name, at - (usedBefore.get(name) as number)]),
  )
  const others = after.all - before.all - Object.values(spent).reduce((a, b) => a + b, 0)
  return { result, seconds, spent, others: Math.max(0, others) }
}

/** Processor seconds that the whole machine has worked. */
function machineSeconds(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / 1000
}

/** Processor seconds of all but the source, which is no part of what is compared. */
export function spentBeside(source: string, spent: Spent): number {
  return Object.entries(spent).reduce((sum, [name, seconds]) => (name === source ? sum : sum + seconds), 0)
}

/** Which part worked most, the busiest first: "Postgres 0.90, sf-shadow 0.61, org 0.40, others 0.05 of 2 cores busy". */
export function busiest({ spent, seconds, others }: Omit<Took<unknown>, "result">): string {
  const shares = Object.entries(spent).sort(([, a], [, b]) => b - a)
  const shown = [...shares, ["others", others] as const].map(
    ([name, used]) => `${name} ${(used / seconds).toFixed(2)}`,
  )
  return `${shown.join(", ")} of ${availableParallelism()} cores busy`
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
