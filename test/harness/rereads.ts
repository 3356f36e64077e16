import { at, type ObjectName, type SalesforceRecord } from "./records.ts"
import type { Shadow } from "./shadow.ts"

interface Mark {
  record_id: string
  generation: number | null
}

/** A re-read may call for others; more rounds than this are a loop. */
const mostRounds = 6

/**
 * Reads records in doubt again, as records_to_shadow does, until none is left; the org's products, then their prices.
 *
 * @param org what Salesforce has now
 * @param from when the first read begins, in seconds after `at(0)`; each of the others a minute later
 * @returns how many reads it took
 * @throws Error where it does not come to an end
 */
export async function rereadAll(shadow: Shadow, org: SalesforceRecord[], from: number): Promise<number> {
  let reads = 0
  for (let round = 0; round < mostRounds; round++) {
    const before = reads
    for (const object of ["Product2", "PricebookEntry"] as const) {
      const second = from + 60 * reads
      const marks = await shadow.all<Mark>(
        "select * from sf_shadow.ripe_marks($1, $2, 1000)",
        object,
        at(second),
      )
      if (marks.length === 0) continue
      reads += 1
      await reread(shadow, object, org, marks, second)
    }
    if (reads === before) return reads
  }
  throw new Error(`records are in doubt again after ${reads} reads`)
}

async function reread(
  shadow: Shadow,
  object: ObjectName,
  org: SalesforceRecord[],
  marks: Mark[],
  from: number,
) {
  const ids = marks.map(({ record_id }) => record_id)
  const records = org.filter(({ Id }) => ids.includes(Id))
  const missing = ids.filter((id) => !records.some(({ Id }) => Id === id))
  await shadow.read(object, records, { from, missing })
  await shadow.all(
    "select sf_shadow.clear_marks($1, $2, $3::bigint[])",
    object,
    ids,
    marks.map(({ generation }) => generation),
  )
}
