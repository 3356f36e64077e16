import type { FastifyInstance } from "fastify"
import type { ObjectDescription } from "../org/object_description.ts"
import type { Org } from "../org/org.ts"
import { toId18 } from "../org/record_id.ts"
import type { Snapshot } from "../org/snapshot.ts"
import { type Column, readableFields } from "../soql/columns.ts"
import { ApiError, notFound } from "./api_error.ts"
import { columnsFor, restRecord } from "./rest_record.ts"

/** Most ids that one sObject Collections retrieve takes by POST. */
const mostIds = 2000

/** Reads by Id: sObject Collections (many at once, null for what is missing) and single records. */
export function recordRoutes(server: FastifyInstance, org: Org): void {
  const collections = "/services/data/:version/composite/sobjects/:object"

  server.get(collections, async (request) => {
    const { version, object } = request.params as { version: string; object: string }
    const { ids = "", fields = "" } = request.query as { ids?: string; fields?: string }
    return retrieve(object, version, ids.split(","), fields.split(","))
  })

  server.post(collections, async (request) => {
    const { version, object } = request.params as { version: string; object: string }
    const { ids, fields } = (request.body ?? {}) as { ids?: string[]; fields?: string[] }
    if (!Array.isArray(ids) || !Array.isArray(fields)) {
      throw new ApiError(400, "JSON_PARSER_ERROR", "The body must have the lists ids and fields.")
    }
    return retrieve(object, version, ids, fields)
  })

  server.get("/services/data/:version/sobjects/:object/:id", async (request) => {
    const { version, object, id } = request.params as { version: string; object: string; id: string }
    const { fields } = request.query as { fields?: string }
    const described = describedObject(object)
    const id18 = toId18(id)
    const snapshot = org.snapshot()
    const row = id18 === undefined ? null : snapshot.row(object, id18)
    if (row === null) throw notFound()
    if (snapshot.isDeleted(object, row)) throw new ApiError(404, "ENTITY_IS_DELETED", "entity is deleted")
    const names =
      fields?.split(",") ?? [...readableFields(org, described).values()].map((field) => field.name)
    return restRecord(org, described, columnsFor(org, described, names), row, snapshot, version)
  })

  function retrieve(object: string, version: string, ids: string[], fields: string[]): unknown[] {
    const described = describedObject(object)
    if (ids.length > mostIds) {
      const message = `The maximum number of records allowed in a request is ${mostIds}.`
      throw new ApiError(400, "EXCEEDED_ID_LIMIT", message)
    }
    const columns = columnsFor(org, described, fields)
    const snapshot = org.snapshot()
    return ids.map((id) => liveRecord(described, columns, id, snapshot, version))
  }

  function liveRecord(
    object: ObjectDescription,
    columns: readonly Column[],
    id: string,
    snapshot: Snapshot,
    version: string,
  ): unknown {
    const id18 = toId18(id)
    if (id18 === undefined) throw new ApiError(400, "MALFORMED_ID", `malformed id ${id}`)
    const row = snapshot.row(object.name, id18)
    if (row === null || snapshot.isDeleted(object.name, row)) return null
    return restRecord(org, object, columns, row, snapshot, version)
  }

  function describedObject(name: string): ObjectDescription {
    const object = org.objects.get(name)
    if (object === undefined) throw notFound()
    return object
  }
}
