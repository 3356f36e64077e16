import assert from "node:assert/strict"
import { before, test } from "node:test"
import fc from "fast-check"
import { product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

/** Seconds that a committed version may take to become visible to queries, as in the wire document. */
const lag = 3

let shadow: Shadow
let n = 0
before(async () => {
  shadow = await Shadow.open()
})

/** Commits of one record's versions, and reads of it; null: the record is in the bin from then on. */
const history = fc.record({
  commits: fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 12 }),
      deleted: fc.boolean(),
      // How long the transaction ran: its version bears the second in which it began.
      ran: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  reads: fc.array(
    fc.record({
      from: fc.integer({ min: 0, max: 30 }),
      length: fc.integer({ min: 0, max: 30 }),
      // When, within the read, the record was looked at, and how late its versions were visible.
      looked: fc.double({ min: 0, max: 1, noNaN: true }),
      lag: fc.integer({ min: 0, max: lag }),
    }),
    { minLength: 2, maxLength: 4 },
  ),
})

test("any order of overlapping reads ends in the newest version that was read, or in doubt", async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ commits, reads }) => {
      n++
      const versions: { version: number; at: number; stamp: number; deleted: boolean }[] = []
      let committed = 0
      for (const { gap, deleted, ran } of commits) {
        committed += gap
        versions.push({
          version: versions.length,
          at: committed,
          stamp: committed - ran,
          deleted: deleted && versions.length > 0,
        })
      }
      let newest = -1
      for (const { from, length, looked, lag } of reads) {
        const moment = from + looked * length
        const seen = versions.findLast((version) => version.at + lag <= moment)
        newest = Math.max(newest, seen?.version ?? -1)
        const options = { from, to: from + length }
        if (seen === undefined || seen.deleted) {
          await shadow.read("Product2", [], { ...options, missing: [productId(n)], forced: true })
        } else {
          const record = product(n, seen.stamp, { Name: `version ${seen.version}` })
          await shadow.read("Product2", [record], options)
        }
      }
      const marks = await shadow.all("select from sf_shadow.dirty where record_id = $1", productId(n))
      if (marks.length > 0) return
      const row = await shadow.row("Product2", productId(n))
      const due = versions[newest]
      assert.equal(row?.name, due === undefined || due.deleted ? undefined : `version ${newest}`)
    }),
    { numRuns: 200 },
  )
})
