import { ageOf } from "../../src/reader/shadow_rows.ts"
import type { Row } from "../../src/reader/values.ts"
import { changesPresence, isMirrored } from "./model/filter.ts"
import { objectNames, objects } from "./model/objects.ts"
import type { ModelRecord, Version } from "./model/record.ts"
import type { Observation, ObservedObject } from "./observation.ts"
import { fromDate, toDate } from "./virtual_time.ts"
import { publishDelayMs, type World } from "./world.ts"

/**
 * What an observation claims and the org's history denies (rule 10). fresh_as_of: of every change that was
 * published and committed before it, the shadow holds that version or a later one; fresh_except_listed: the same
 * without the listed records; proven_as_of: the same for existence, published or not; the age that a reader is told
 * of one row, and what sf_account_eligibility answers: the same of that record.
 */
export function untrueClaims(world: World, observation: Observation): string[] {
  return objectNames.flatMap((name) => {
    const observed = observation[name]
    return world.org.all(name).flatMap((record) => {
      const isListed = observed.dirty.has(record.id) || observed.rejected.has(record.id)
      return [
        ...contradictions(world, "fresh_as_of", observed.freshAsOf, record, observed),
        ...(isListed
          ? []
          : contradictions(world, "fresh_except_listed", observed.freshExceptListed, record, observed)),
        ...(isListed ? [] : unprovenExistence(world, observed, record)),
        ...contradictions(world, "the reader's answer", readerAsOf(record, observed), record, observed),
        ...observed.answers
          .filter(({ id }) => id === record.id)
          .flatMap(({ asOf }) => contradictions(world, "sf_account_eligibility", asOf, record, observed)),
      ]
    })
  })
}

/** As of when the reader of src/reader says that its answer about one record is right. */
function readerAsOf({ object, id }: ModelRecord, observed: ObservedObject): number | null {
  const { rows, dirty, rejected, freshExceptListed } = observed
  const row = rows.get(id)
  const { freshAsOf } = ageOf(
    [
      {
        object,
        keyColumn: "id",
        isSet: row === undefined,
        rows:
          row === undefined
            ? []
            : [{ id, synced_at: row.syncedAt } as unknown as Row & { synced_at: string }],
        freshness: {
          fresh_except_listed: Number.isFinite(freshExceptListed ?? Number.NaN)
            ? toDate(freshExceptListed as number).toISOString()
            : null,
          reason: null,
          listed: dirty.has(id) || rejected.has(id) ? [id] : [],
        },
      },
    ],
    0,
    0,
  )
  return freshAsOf === null ? null : fromDate(new Date(freshAsOf))
}

/** Where freshness stands still though a keepalive has just come and everything has settled. */
export function staleClaims(world: World, observation: Observation): string[] {
  return objectNames.flatMap((name) => {
    const { freshAsOf, freshExceptListed, rejected } = observation[name]
    // A keepalive is dated by the earliest that Salesforce's clock may have been.
    const due = world.now - publishDelayMs - 3_000
    const claim = rejected.size > 0 ? freshExceptListed : freshAsOf
    return claim !== null && claim >= due
      ? []
      : [
          `all has settled by ${world.now / 1000} s, and ${name} is fresh as of ${(claim ?? Number.NaN) / 1000} s`,
        ]
  })
}

function contradictions(
  { isFiltered }: World,
  claim: string,
  asOf: number | null,
  record: ModelRecord,
  observed: ObservedObject,
): string[] {
  if (asOf === null) return []
  const row = observed.rows.get(record.id)
  const isKnown = (version: Version) => version.isPublished && version.commitAt < asOf
  const here = `${claim} of ${record.object} is ${asOf / 1000} s, and ${record.id}`
  const began = record.versions.findLastIndex(
    (version) => isKnown(version) && changesPresence(isFiltered, record, version),
  )
  if (
    began >= 0 &&
    !record.versions.slice(began).some((one) => isMirrored(isFiltered, record, one) === (row !== undefined))
  ) {
    return [`${here} is ${row ? "still there" : "missing"}`]
  }
  if (row === undefined) return []
  return Object.keys(objects[record.object].eventFields).flatMap((field) => {
    const written = record.versions.findLastIndex((version) => isKnown(version) && version.changed.has(field))
    if (written < 0) return []
    const values = record.versions.slice(written).map(({ fields }) => fields[field] ?? null)
    if (values.includes(row.payload[field] ?? null)) return []
    return [`${here} has ${field} ${row.payload[field]}, not ${values.join(" or ")}`]
  })
}

function unprovenExistence({ isFiltered }: World, observed: ObservedObject, record: ModelRecord): string[] {
  const asOf = observed.provenAsOf
  if (asOf === null) return []
  const began = record.versions.findLastIndex(
    (version) => version.commitAt < asOf && changesPresence(isFiltered, record, version),
  )
  const isThere = observed.rows.has(record.id)
  if (
    began < 0 ||
    record.versions.slice(began).some((one) => isMirrored(isFiltered, record, one) === isThere)
  )
    return []
  return [
    `proven_as_of of ${record.object} is ${asOf / 1000} s, and ${record.id} is ${isThere ? "still there" : "missing"}`,
  ]
}
