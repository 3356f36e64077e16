import assert from "node:assert/strict"
import { before, test } from "node:test"
import { at } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

/** An event's key: seconds, commit number, sequence number. */
type Key = [number, number, number]

interface Known {
  event: Key
  seen?: boolean
  present?: boolean
  provenAbsent?: boolean
  weak?: boolean
  last?: Key
  sm?: number
  read?: [number, number]
  proof?: number
  refusedUntil?: number
  parentDeletedUntil?: number
}

let shadow: Shadow
before(async () => {
  shadow = await Shadow.open()
})

async function judge(known: Known): Promise<string> {
  const time = (seconds?: number) => (seconds === undefined ? null : at(seconds))
  const [row] = await shadow.all<{ verdict: string }>(
    "select sf_shadow._judge_event($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,'10 s') as verdict",
    time(known.event[0]),
    known.event[1],
    known.event[2],
    known.seen ?? false,
    known.present ?? false,
    known.provenAbsent ?? false,
    known.weak ?? false,
    time(known.last?.[0]),
    known.last?.[1] ?? null,
    known.last?.[2] ?? null,
    time(known.sm),
    time(known.read?.[0]),
    time(known.read?.[1]),
    time(known.proof),
    time(known.refusedUntil),
    time(known.parentDeletedUntil),
  )
  return (row as { verdict: string }).verdict
}

const cases: [string, Known, string][] = [
  ["the same key", { event: [50, 7, 1], last: [50, 7, 1], present: true }, "skip"],
  ["the same key, although the record is weak", { event: [50, 7, 1], last: [50, 7, 1], weak: true }, "skip"],
  ["a lower time that was seen", { event: [49, 9, 9], last: [50, 7, 1], present: true, seen: true }, "skip"],
  ["a lower time, unseen", { event: [49, 9, 9], last: [50, 7, 1], present: true }, "dirty"],
  ["a lower commit number, unseen", { event: [50, 6, 9], last: [50, 7, 1], present: true }, "dirty"],
  ["a lower sequence number, unseen", { event: [50, 7, 1], last: [50, 7, 2], present: true }, "dirty"],
  [
    "a lower key, unseen, although older than the read: key first",
    { event: [49, 1, 1], last: [50, 7, 1], present: true, sm: 60, read: [100, 101] },
    "dirty",
  ],
  ["a higher sequence number", { event: [50, 7, 3], last: [50, 7, 2], present: true }, "apply"],
  ["older than the version", { event: [50, 7, 1], sm: 51, present: true }, "skip"],
  ["of the version's second", { event: [51, 7, 1], sm: 51, present: true }, "apply"],
  ["before the read less the margin", { event: [89, 7, 1], read: [100, 105], present: true }, "skip"],
  ["within the margin of the read", { event: [90, 7, 1], read: [100, 105], present: true }, "apply"],
  ["absent, before the last full run less the margin", { event: [89, 7, 1], proof: 100 }, "skip"],
  ["absent, within the margin of the last full run", { event: [90, 7, 1], proof: 100 }, "apply"],
  [
    "present, before the last full run: its own read decides",
    { event: [89, 7, 1], proof: 100, present: true },
    "apply",
  ],
  [
    "absent by proof, not later than the read",
    { event: [105, 7, 1], provenAbsent: true, read: [100, 105] },
    "dirty",
  ],
  [
    "absent by proof, later than the read",
    { event: [106, 7, 1], provenAbsent: true, read: [100, 105] },
    "apply",
  ],
  [
    "absent by proof, and surely in the read",
    { event: [89, 7, 1], provenAbsent: true, read: [100, 105] },
    "skip",
  ],
  [
    "absent by an event, not later than the read",
    { event: [105, 7, 1], last: [95, 1, 1], read: [100, 105] },
    "apply",
  ],
  ["not later than what was refused, unseen", { event: [60, 7, 1], refusedUntil: 60 }, "dirty"],
  ["not later than what was refused, seen", { event: [60, 7, 1], refusedUntil: 60, seen: true }, "skip"],
  [
    "not later than what was refused, and surely in the read of the row",
    { event: [60, 7, 1], refusedUntil: 80, present: true, read: [100, 101] },
    "skip",
  ],
  [
    "not later than what was refused, and older than the version of the row",
    { event: [60, 7, 1], refusedUntil: 80, present: true, sm: 61 },
    "skip",
  ],
  [
    "not later than what was refused, and within the margin of the row's read",
    { event: [90, 7, 1], refusedUntil: 101, present: true, read: [100, 101] },
    "dirty",
  ],
  [
    "not later than what was refused, absent, and surely before the last full run",
    { event: [60, 7, 1], refusedUntil: 80, proof: 100 },
    "skip",
  ],
  [
    "not later than what was refused, absent, and within the margin of the last full run",
    { event: [90, 7, 1], refusedUntil: 95, proof: 100 },
    "dirty",
  ],
  [
    "not later than what was refused, present, and before the last full run: its own read decides",
    { event: [60, 7, 1], refusedUntil: 80, proof: 100, present: true },
    "dirty",
  ],
  ["later than what was refused", { event: [61, 7, 1], refusedUntil: 60, present: true }, "apply"],
  ["only removed with its parent", { event: [500, 7, 1], weak: true }, "dirty"],
  [
    "not later than its parent's delete",
    { event: [60, 7, 1], parentDeletedUntil: 60, present: true },
    "dirty",
  ],
  ["later than its parent's delete", { event: [61, 7, 1], parentDeletedUntil: 60, present: true }, "apply"],
  ["nothing is known", { event: [50, 7, 1] }, "apply"],
]

for (const [what, known, verdict] of cases) {
  test(`${what}: ${verdict}`, async () => assert.equal(await judge(known), verdict))
}
