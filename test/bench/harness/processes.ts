import { readdir, readFile } from "node:fs/promises"

/** Clock ticks of /proc in a second, on every Linux that Node runs on. */
const ticksPerSecond = 100

interface Stat {
  pid: number
  parent: number
  /** Its own ticks, and those of its children that have ended. */
  ticks: number
  endedTicks: number
}

/** Process id of the parent; NaN where there is no /proc. */
export async function parentOf(pid: number): Promise<number> {
  return (await readStat(pid))?.parent ?? Number.NaN
}

/**
 * Processor seconds that a process and all below it have used so far, those that have ended included. Linux only:
 * NaN elsewhere.
 */
export async function processorSeconds(pid: number): Promise<number> {
  const names = await readdir("/proc").catch(() => [])
  const stats = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .map(readStat),
  )
  const byParent = Map.groupBy(
    stats.filter((stat) => stat !== undefined),
    ({ parent }) => parent,
  )
  const top = await readStat(pid)
  if (top === undefined) return Number.NaN
  let ticks = 0
  const tree = [top]
  for (const stat of tree) {
    ticks += stat.ticks
    tree.push(...(byParent.get(stat.pid) ?? []))
  }
  return ticks / ticksPerSecond
}

/** The same of the children of this process that have ended: what a program has used that ran from start to end. */
export async function endedChildrenSeconds(): Promise<number> {
  return ((await readStat(process.pid))?.endedTicks ?? Number.NaN) / ticksPerSecond
}

/** Memory that a process holds now, and the most that it has held, in MB; NaN where there is no /proc. */
export async function memoryOf(pid: number): Promise<{ nowMB: number; peakMB: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "")
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? Number.NaN) / 1024
  return { nowMB: megabytes("VmRSS"), peakMB: megabytes("VmHWM") }
}

/** Follows the peak memory of a process until it ends. Returns what reads the peak so far, in MB. */
export function followPeakMemory(pid: number): () => number {
  let peak = Number.NaN
  const timer = setInterval(async () => {
    const { peakMB } = await memoryOf(pid)
    if (Number.isNaN(peakMB)) clearInterval(timer)
    else peak = peakMB
  }, 100)
  timer.unref()
  return () => peak
}

async function readStat(pid: number): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined)
  if (text === undefined) return undefined
  // The name of the program, in brackets, may hold blanks.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const endedTicks = endedUser + endedSystem
  return { pid, parent: Number(fields[1]), ticks: user + system + endedTicks, endedTicks }
}
