import { readFile } from "node:fs/promises"

/** Runs work and tells how long it took, in seconds. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const startedAt = performance.now()
  const result = await work()
  return { result, seconds: (performance.now() - startedAt) / 1000 }
}

/**
 * Follows the peak memory of a process (VmHWM of /proc, so Linux only) until it ends.
 * Returns what reads the peak so far, in MB; NaN where it cannot be had.
 */
export function followPeakMemory(pid: number): () => number {
  let peak = Number.NaN
  const look = async () => {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "")
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]
    if (kilobytes === undefined) return clearInterval(timer)
    peak = Number(kilobytes) / 1024
  }
  const timer = setInterval(look, 100)
  timer.unref()
  return () => peak
}

/** Rows of labels and values, as an aligned table. */
export function printTable(rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([label]) => label.length))
  process.stdout.write(`${rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join("\n")}\n`)
}

/** Says on stderr what is being done; the table goes to stdout. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

export const whole = (value: number) => Math.round(value).toLocaleString("en-US")
