import assert from "node:assert/strict"
import { glob, readFile } from "node:fs/promises"
import { dirname, join, normalize } from "node:path"
import { before, test } from "node:test"

const root = join(import.meta.dirname, "..")

/** As docs/architecture.md draws them, from the top; rooms of one floor may use each other, but not in a circle. */
const floors = [
  ["main"],
  ["commands"],
  ["demo"],
  ["service"],
  ["worker", "server"],
  ["tasks"],
  [
    "pubsub_to_events",
    "events_to_shadow",
    "bulk_to_shadow",
    "records_to_shadow",
    "invalidations_to_redis",
    "upkeep",
    "doctor",
    "reader",
    "simulator",
  ],
  ["mapping", "metrics"],
  ["connections"],
  ["salesforce", "pubsub", "postgres", "redis"],
  ["base"],
]

/** Rooms that stand apart, and all that they may use. */
const apart: Record<string, string[]> = {
  reader: ["base", "redis", "salesforce", "postgres"],
  simulator: ["pubsub"],
}

interface Arrow {
  from: string
  to: string
  /** The file that imports, and the one that is imported. */
  files: string
}

/** The folder in src, the file beside the folders, or tasks. */
function roomOf(file: string): string {
  const [top, room = ""] = file.split("/")
  return top === "src" ? room.replace(/\.ts$/, "") : (top as string)
}

const arrows: Arrow[] = []
before(async () => {
  for await (const file of glob("{src,tasks}/**/*.ts", { cwd: root })) {
    const text = await readFile(join(root, file), "utf8")
    for (const [, path = ""] of text.matchAll(/(?:from|import\(|import)\s*"(\.{1,2}\/[^"]+)"/g)) {
      const imported = normalize(join(dirname(file), path))
      const [from, to] = [roomOf(file), roomOf(imported)]
      if (from !== to) arrows.push({ from, to, files: `${file} imports ${imported}` })
    }
  }
  assert.ok(arrows.length > 200, `${arrows.length} arrows`)
})

const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room))

test("every folder of src has its floor", () => {
  const rooms = new Set(arrows.flatMap(({ from, to }) => [from, to]))
  assert.deepEqual(
    [...rooms].filter((room) => floorOf(room) < 0),
    [],
    "new rooms: give them a floor here and in docs/architecture.md",
  )
})

test("no arrow runs up", () => {
  const up = arrows.filter(({ from, to }) => floorOf(from) > floorOf(to))
  assert.deepEqual(
    up.map(({ files }) => files),
    [],
  )
})

test("no circle runs through the rooms of one floor", () => {
  const next = new Map<string, Set<string>>()
  for (const { from, to } of arrows) next.set(from, (next.get(from) ?? new Set()).add(to))
  const reaches = (from: string, goal: string, seen = new Set<string>()): boolean =>
    [...(next.get(from) ?? [])].some((to) => {
      if (to === goal) return true
      if (seen.has(to)) return false
      seen.add(to)
      return reaches(to, goal, seen)
    })
  assert.deepEqual(
    [...next.keys()].filter((room) => reaches(room, room)),
    [],
  )
})

test("the reader and the simulator use nothing of the service", () => {
  const others = arrows.filter(({ from, to }) => apart[from] && !apart[from].includes(to))
  assert.deepEqual(
    others.map(({ files }) => files),
    [],
  )
})

/** Texts of SQL that change a row of sf_shadow.run, and those that set its state. */
const writesRun = /\b(?:insert into|update|merge into)\s+sf_shadow\.run\b/i
const deletesRun = /\bdelete from\s+sf_shadow\.run\b/i
const setsState = /\bupdate\s+sf_shadow\.run\b(?:(?!\bwhere\b)[^"`])*\bstate\s*=/i

test("a run goes from state to state by the functions of sql/current/bulk_to_shadow alone", async () => {
  const copies: string[] = []
  for await (const file of glob("{src,tasks,test}/**/*.ts", { cwd: root })) {
    const text = await readFile(join(root, file), "utf8")
    const isService = /^(src|tasks)\//.test(file)
    // What drives a run as the service does. Other tests may make a row old, or fill a table; none sets a state by hand.
    const isDriver = isService || /^test\/(harness|convergence)\//.test(file)
    if ((isDriver ? writesRun : setsState).test(text)) copies.push(file)
    // Tests begin with none.
    else if (isService && deletesRun.test(text)) copies.push(file)
  }
  assert.deepEqual(copies, [])
})
