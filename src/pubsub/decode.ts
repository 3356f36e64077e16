import { firstUnstorable } from "../base/unstorable.ts"
import { readBitmaps, type Selected, selectedNames } from "./bitmap.ts"
import { type DefectReason, EventDefect, unstorableText } from "./defect.ts"
import { type ChangeType, knownChangeType, readHeader, standardHeaderFields } from "./header.ts"
import { CanonicalPayload } from "./payload.ts"
import type { ConsumerEvent } from "./proto.ts"
import type { BodyField, EventSchema, UnusableSchemaError } from "./schema.ts"

/** A change event as it is stored. Postgres can hold every text of it, but for those in `error`. */
export interface DecodedEvent {
  /** Opaque; empty when the event came without one. */
  replayId: Buffer
  /** `ProducerEvent.id`, the same again in a duplicate under a new replay id. */
  eventId: string
  schemaId: string
  /** Header fields; null where the header was not readable that far. */
  object: string | null
  changeType: ChangeType | null
  /** 18 characters, or a wildcard such as "001*"; malformed ones are left out and make an `error`. */
  recordIds: string[]
  commitTimestamp: Date | null
  /** Decimal text of a signed 64-bit number. */
  commitNumber: string | null
  sequenceNumber: number | null
  transactionKey: string | null
  changeOrigin: string | null
  commitUser: string | null
  /** Flat REST names ("BillingStreet"), of fields that may be stored only. */
  changedFields: string[]
  nulledFields: string[]
  /** Texts that came as a unified diff: changed, but not in `fields`. */
  diffFields: string[]
  /**
   * JSON text of the canonical payload: every field of a CREATE or UNDELETE, the changed ones of an
   * UPDATE, {} for everything else.
   */
  fields: string
  /** Fields whose exact value the event cannot tell (doubles of over 15 digits, ambiguous subfields). */
  inexactFields: string[]
  /** Why the event cannot be applied; then `bytes` is its raw payload, and `fields` is {}. */
  error: { reason: DefectReason; message: string } | null
  bytes: Buffer | null
}

const year2200Ms = Date.UTC(2200, 0)

/**
 * Decodes one event and never throws: what cannot be decoded or stored comes back with `error`, its bytes,
 * and as much of its header as was readable.
 *
 * @param schema the schema of the event's `schema_id`, or why there is none: then only the header is read
 * @param keep   names of the fields that may be stored, by object; null for all
 */
export function decodeEvent(
  consumed: ConsumerEvent,
  schema: EventSchema | UnusableSchemaError,
  keep: (object: string) => ReadonlySet<string> | null = () => null,
): DecodedEvent {
  const payload = consumed.event?.payload ?? Buffer.alloc(0)
  const reading = new Reading()
  const event: DecodedEvent = {
    replayId: consumed.replay_id,
    eventId: reading.text("id", consumed.event?.id) ?? "",
    schemaId: reading.text("schema_id", consumed.event?.schema_id) ?? "",
    object: null,
    changeType: null,
    recordIds: [],
    commitTimestamp: null,
    commitNumber: null,
    sequenceNumber: null,
    transactionKey: null,
    changeOrigin: null,
    commitUser: null,
    changedFields: [],
    nulledFields: [],
    diffFields: [],
    fields: "{}",
    inexactFields: [],
    error: null,
    bytes: null,
  }
  const usable = schema instanceof Error ? null : schema
  const header = readHeader(payload, usable?.headerFields ?? standardHeaderFields)
  if (schema instanceof Error) reading.defects.push(new EventDefect("schema-unusable", schema.message))
  if (header.defect) reading.defects.push(header.defect)
  reading.header(event, header.values)
  if (usable && header.bodyAt !== null) {
    reading.body(
      event,
      usable,
      payload,
      header.bodyAt,
      header.values,
      event.object ? keep(event.object) : null,
    )
  }
  const [defect] = reading.defects
  if (defect) {
    event.error = { reason: defect.reason, message: defect.message }
    event.bytes = payload
    event.fields = "{}"
    event.inexactFields = []
  }
  return event
}

/** The reading of one event; collects every defect, of which the first is reported. */
class Reading {
  readonly defects: EventDefect[] = []

  text(name: string, value: unknown): string | null {
    if (typeof value !== "string") return null
    const unstorable = firstUnstorable(value)
    if (unstorable === null) return value
    this.defects.push(unstorableText(name, unstorable))
    return null
  }

  header(event: DecodedEvent, values: ReadonlyMap<string, unknown>): void {
    const text = (name: string) => this.text(name, values.get(name))
    event.object = text("entityName")
    event.transactionKey = text("transactionKey")
    event.changeOrigin = text("changeOrigin")
    event.commitUser = text("commitUser")
    const sequence = values.get("sequenceNumber")
    if (typeof sequence === "number") event.sequenceNumber = sequence
    const commitNumber = values.get("commitNumber")
    if (typeof commitNumber === "bigint") event.commitNumber = commitNumber.toString()
    if (values.has("commitTimestamp")) this.#commitTimestamp(event, values.get("commitTimestamp"))
    if (values.has("recordIds")) this.#recordIds(event, values.get("recordIds") as string[])
    if (values.has("changeType")) {
      event.changeType = knownChangeType(values.get("changeType"))
      if (event.changeType === null) {
        const type = JSON.stringify(values.get("changeType"))
        this.defects.push(new EventDefect("unknown-change-type", `The change type ${type} is not known`))
      }
    }
  }

  #commitTimestamp(event: DecodedEvent, value: unknown): void {
    if (typeof value === "bigint" && value >= 0n && value < year2200Ms) {
      event.commitTimestamp = new Date(Number(value))
      return
    }
    const message = `commitTimestamp ${value} is not a time between 1970 and 2200 in milliseconds`
    this.defects.push(new EventDefect("commit-timestamp", message))
  }

  #recordIds(event: DecodedEvent, ids: readonly string[]): void {
    event.recordIds = ids.filter((id) => /^(?:[a-zA-Z0-9]{18}|[a-zA-Z0-9]{3}\*)$/.test(id))
    if (ids.length === 0) this.defects.push(new EventDefect("no-record-ids", "The event names no record"))
    const malformed = ids.length - event.recordIds.length
    if (malformed === 0) return
    const message = `${malformed} of the event's ${ids.length} record ids are not 18 letters and digits`
    this.defects.push(new EventDefect("malformed-record-id", message))
  }

  body(
    event: DecodedEvent,
    schema: EventSchema,
    payload: Buffer,
    bodyAt: number,
    header: ReadonlyMap<string, unknown>,
    keep: ReadonlySet<string> | null,
  ): void {
    try {
      const { value, offset } = schema.bodyType.decode(payload, bodyAt)
      if (offset !== payload.length) {
        const where = offset < 0 ? "ends too early" : `has ${payload.length - offset} bytes too many`
        throw new EventDefect("undecodable", `The payload ${where} for schema ${schema.id}`)
      }
      const selected = (name: string) => readBitmaps((header.get(name) ?? []) as string[], schema)
      fillFields(
        event,
        schema,
        value,
        selected("changedFields"),
        selected("nulledFields"),
        selected("diffFields"),
        keep,
      )
    } catch (error) {
      if (error instanceof EventDefect) this.defects.push(error)
      else
        this.defects.push(
          new EventDefect("undecodable", `The body cannot be read: ${(error as Error).message}`),
        )
    }
  }
}

function fillFields(
  event: DecodedEvent,
  schema: EventSchema,
  body: Readonly<Record<string, unknown>>,
  changed: Map<BodyField, Selected>,
  nulled: Map<BodyField, Selected>,
  diffs: Map<BodyField, Selected>,
  keep: ReadonlySet<string> | null,
): void {
  const kept = (names: string[]) => (keep ? names.filter((name) => keep.has(name)) : names)
  event.diffFields = kept(selectedNames(diffs))
  event.nulledFields = kept(selectedNames(nulled))
  for (const field of diffs.keys()) {
    changed.delete(field)
    nulled.delete(field)
  }
  const payload = new CanonicalPayload(keep)
  if (event.changeType === "CREATE" || event.changeType === "UNDELETE") {
    payload.addAll(
      schema.body.filter((field) => !diffs.has(field)),
      body,
    )
    event.changedFields = kept(selectedNames(changed))
  } else if (event.changeType === "UPDATE") {
    payload.addChanged(changed, nulled, body)
    event.changedFields = [...payload.names, ...event.diffFields]
  }
  event.fields = payload.toString()
  event.inexactFields = payload.inexactFields
}
