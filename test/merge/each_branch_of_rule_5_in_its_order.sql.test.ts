import assert from "node:assert/strict"
import { before, test } from "node:test"
import { at } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

/** F is the full record that came, R what is known; times in seconds, reads as [from, to]. */
interface Case {
  f: { read: [number, number]; sm: number | null }
  /** Null: neither row nor tombstone. */
  r: { commit?: number; sm?: number; read?: [number, number] } | null
  same?: boolean
  proof?: [number, number]
}

let shadow: Shadow
before(async () => {
  shadow = await Shadow.open()
})

async function judge({ f, r, same, proof }: Case): Promise<string> {
  const time = (seconds?: number | null) => (seconds === undefined || seconds === null ? null : at(seconds))
  const [row] = await shadow.all<{ verdict: string }>(
    "select sf_shadow._judge_full_record($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,'10 s') as verdict",
    time(f.read[0]),
    time(f.read[1]),
    time(f.sm),
    r !== null,
    time(r?.commit),
    time(r?.sm),
    time(r?.read?.[0]),
    time(r?.read?.[1]),
    same ?? false,
    time(proof?.[0]),
    time(proof?.[1]),
  )
  return (row as { verdict: string }).verdict
}

const cases: [string, Case, string][] = [
  ["nothing known, never fully loaded", { f: { read: [50, 60], sm: 10 }, r: null }, "replace"],
  [
    "nothing known, by the last full run itself",
    { f: { read: [50, 60], sm: 10 }, r: null, proof: [50, 60] },
    "replace",
  ],
  [
    "nothing known, by a run before the last full one",
    { f: { read: [40, 60], sm: 10 }, r: null, proof: [50, 60] },
    "dirty",
  ],
  [
    "the same, but changed after the last full run",
    { f: { read: [40, 70], sm: 61 }, r: null, proof: [50, 60] },
    "replace",
  ],
  [
    "nothing known, shown to be absent by an older read",
    { f: { read: [40, 60], sm: null }, r: null, proof: [50, 60] },
    "dirty",
  ],

  // (1) a read that began after all that is known, by more than the margin
  [
    "read after the read and the event",
    { f: { read: [71, 80], sm: 5 }, r: { sm: 10, read: [50, 60], commit: 55 } },
    "replace",
  ],
  ["the same, absent now", { f: { read: [71, 80], sm: null }, r: { sm: 10, read: [50, 60] } }, "replace"],
  [
    "read within the margin of the other read",
    { f: { read: [70, 80], sm: null }, r: { sm: 10, read: [50, 60] } },
    "dirty",
  ],
  [
    "read within the margin of the event",
    { f: { read: [70, 80], sm: 5 }, r: { sm: 5, read: [20, 30], commit: 60 } },
    "dirty",
  ],

  // (2) a later version
  [
    "a stamp after the other read and the event",
    { f: { read: [55, 80], sm: 61 }, r: { sm: 10, read: [50, 60], commit: 55 } },
    "replace",
  ],
  [
    "a later stamp from within the other read, which may have seen a version of a long transaction",
    { f: { read: [55, 80], sm: 56 }, r: { sm: 10, read: [50, 60], commit: 55 } },
    "dirty",
  ],
  [
    "a stamp of the event's second",
    { f: { read: [55, 80], sm: 55 }, r: { sm: 10, read: [50, 60], commit: 55 } },
    "dirty",
  ],
  [
    "a later stamp in a read that was over before the other began",
    { f: { read: [20, 39], sm: 30 }, r: { sm: 10, read: [50, 60] } },
    "ignore",
  ],
  [
    "absent by a read, changed while that read went on",
    { f: { read: [55, 80], sm: 58 }, r: { read: [50, 60] } },
    "dirty",
  ],
  [
    "absent by a read, changed after that read",
    { f: { read: [55, 80], sm: 61 }, r: { read: [50, 60] } },
    "replace",
  ],
  ["absent by an event, changed after it", { f: { read: [55, 80], sm: 58 }, r: { commit: 57 } }, "replace"],

  [
    "a stamp of the known version's second, though the other read was over before it, as clocks go",
    { f: { read: [55, 80], sm: 62 }, r: { sm: 62, read: [50, 60] } },
    "dirty",
  ],

  // (3) equal content
  ["equal content", { f: { read: [55, 65], sm: 10 }, r: { sm: 10, read: [50, 60] }, same: true }, "keep"],
  [
    "equal content of an older read",
    { f: { read: [10, 15], sm: 5 }, r: { sm: 10, read: [50, 60] }, same: true },
    "keep",
  ],
  ["both absent", { f: { read: [55, 65], sm: null }, r: { sm: 10, read: [50, 60] }, same: true }, "keep"],

  // (4) an older version
  [
    "an earlier stamp, which a long transaction may bear that was committed later",
    { f: { read: [55, 65], sm: 9 }, r: { sm: 10, read: [50, 60] } },
    "dirty",
  ],
  [
    "a read that ended before the other began, by more than the margin",
    { f: { read: [20, 39], sm: 10 }, r: { sm: 10, read: [50, 60] } },
    "ignore",
  ],
  ["the same, absent then", { f: { read: [20, 39], sm: null }, r: { sm: 10, read: [50, 60] } }, "ignore"],

  // (5) undecidable
  [
    "overlapping reads, the same stamp, other content",
    { f: { read: [55, 65], sm: 10 }, r: { sm: 10, read: [50, 60] } },
    "dirty",
  ],
  [
    "a read that ended within the margin",
    { f: { read: [20, 40], sm: 10 }, r: { sm: 10, read: [50, 60] } },
    "dirty",
  ],
  [
    "absent in an overlapping read",
    { f: { read: [55, 65], sm: null }, r: { sm: 10, read: [50, 60] } },
    "dirty",
  ],
  ["known by events only, of the same second", { f: { read: [55, 65], sm: 55 }, r: { commit: 55 } }, "dirty"],
  ["known by events only, later", { f: { read: [55, 65], sm: 56 }, r: { commit: 55 } }, "replace"],
]

for (const [what, given, verdict] of cases) {
  test(`${what}: ${verdict}`, async () => assert.equal(await judge(given), verdict))
}
