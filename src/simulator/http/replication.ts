import type { FastifyInstance } from "fastify"
import type { Org } from "../org/org.ts"
import { ApiError, notFound } from "./api_error.ts"
import { restDatetime } from "./rest_record.ts"

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** How far back deletes and updates can be asked for (REST API, Get Deleted and Get Updated). */
const DELETED_DAYS = 15
const UPDATED_DAYS = 30
const MOST_IDS = 600_000

/**
 * `/sobjects/X/deleted` and `/updated`. Deletes are those in the recycle bin: neither hard deletes nor deleted
 * price book entries are among them, as the documentation does not promise either.
 */
export function replicationRoutes(server: FastifyInstance, org: Org): void {
  server.get("/services/data/:version/sobjects/:object/deleted", async (request) => {
    const { object } = request.params as { object: string }
    const span = timeSpan(request.query as Span, DELETED_DAYS)
    const purged = org.faults.strike("deleted.purged", (fault) => (fault.object ?? object) === object)
    if (purged !== undefined) {
      throw new ApiError(400, "INVALID_REPLICATION_DATE", "startDate before org replication enabled date")
    }
    const { rows, layout } = changedRows(object, span)
    const deletedRecords = rows
      .filter((row) => row[layout.place("IsDeleted")] === true)
      .map((row) => ({
        id: row[layout.place("Id")],
        deletedDate: restDatetime(row[layout.place("SystemModstamp")] as number),
      }))
    refuseTooMany(deletedRecords.length)
    return {
      deletedRecords,
      earliestDateAvailable: restDatetime(wholeMinute(org.now() - DELETED_DAYS * DAY_MS)),
      latestDateCovered: restDatetime(span.end),
    }
  })

  server.get("/services/data/:version/sobjects/:object/updated", async (request) => {
    const { object } = request.params as { object: string }
    const span = timeSpan(request.query as Span, UPDATED_DAYS)
    const { rows, layout } = changedRows(object, span)
    const ids = rows
      .filter((row) => row[layout.place("IsDeleted")] !== true)
      .map((row) => row[layout.place("Id")])
    refuseTooMany(ids.length)
    return { ids, latestDateCovered: restDatetime(span.end) }
  })

  function changedRows(object: string, { start, end }: { start: number; end: number }) {
    if (!org.objects.has(object)) throw notFound()
    const { layout } = org.table(object)
    const stampPlace = layout.place("SystemModstamp")
    const rows = [...org.snapshot().rows(object, true)].filter((row) => {
      const stamp = row[stampPlace] as number
      return stamp >= start && stamp < end
    })
    return { rows, layout }
  }

  function timeSpan(given: Span, days: number): { start: number; end: number } {
    const [start, end] = [
      wholeMinute(Date.parse(given.start ?? "")),
      wholeMinute(Date.parse(given.end ?? "")),
    ]
    if (Number.isNaN(start) || Number.isNaN(end)) {
      throw new ApiError(400, "INVALID_REPLICATION_DATE", "start and end must be ISO 8601 datetimes")
    }
    if (start < wholeMinute(org.now()) - days * DAY_MS) {
      throw new ApiError(400, "INVALID_REPLICATION_DATE", `startDate cannot be more than ${days} days ago`)
    }
    if (end - start < MINUTE_MS) {
      throw new ApiError(
        400,
        "INVALID_REPLICATION_DATE",
        "endDate must be at least one minute greater than startDate",
      )
    }
    return { start, end }
  }
}

interface Span {
  start?: string
  end?: string
}

/** Seconds of the span's ends are ignored. */
function wholeMinute(epochMs: number): number {
  return Math.floor(epochMs / MINUTE_MS) * MINUTE_MS
}

function refuseTooMany(count: number): void {
  if (count <= MOST_IDS) return
  throw new ApiError(
    400,
    "EXCEEDED_ID_LIMIT",
    `too many ids in result (maximum is ${MOST_IDS}): reduce the time span`,
  )
}
