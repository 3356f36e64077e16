import type { DecodedEvent } from "../../../src/pubsub/decode.ts"
import type { ChangeType } from "../../../src/pubsub/header.ts"
import { epochMs } from "../virtual_time.ts"
import type { Change, Publication } from "./change.ts"
import { type Fields, type ObjectName, objectNames, objects } from "./objects.ts"
import type { Random } from "./random.ts"
import type { Version } from "./record.ts"

const changeTypes: Record<Change["kind"], ChangeType> = {
  create: "CREATE",
  update: "UPDATE",
  delete: "DELETE",
  undelete: "UNDELETE",
  hardDelete: "DELETE",
}

/** Makes the change events of transactions in their decoded form, as sf_shadow.pubsub_to_events takes them. */
export class EventMaker {
  readonly #prefix: string
  #events = 0
  #commits = 0

  constructor(eventIdPrefix: string) {
    this.#prefix = eventIdPrefix
  }

  make(
    now: number,
    written: readonly { change: Change; version: Version }[],
    publication: Publication,
    random: Random,
  ): { object: ObjectName; event: DecodedEvent }[] {
    this.#commits += 1
    const commit = { at: now, number: 2n ** 53n + BigInt(this.#commits) }
    if (publication === "overflow") {
      return objectNames
        .filter((object) => written.some(({ change }) => change.object === object))
        .map((object, place) => ({
          object,
          event: {
            ...this.#event(object, "GAP_OVERFLOW", commit, place + 1),
            recordIds: ["000000000000000AAA"],
          },
        }))
    }
    const merged = new Map<string, { change: Change; version: Version; ids: string[] }>()
    for (const { change, version } of written) {
      const mergeKey = JSON.stringify([
        change.object,
        change.kind,
        change.kind === "update" ? change.fields : change.id,
      ])
      const same = merged.get(mergeKey)
      if (same) same.ids.push(change.id)
      else merged.set(mergeKey, { change, version, ids: [change.id] })
    }
    return [...merged.values()].map(({ change, version, ids }, place) => {
      const event = this.#event(change.object, changeTypes[change.kind], commit, place + 1)
      event.recordIds = ids
      if (change.kind === "update") fill(event, change.fields)
      else if (change.kind !== "delete") fill(event, eventFieldsOf(change.object, version.fields))
      return { object: change.object, event: random.chance(0.7) ? strike(event, publication, random) : event }
    })
  }

  #event(
    object: ObjectName,
    changeType: ChangeType,
    commit: { at: number; number: bigint },
    sequenceNumber: number,
  ): DecodedEvent {
    this.#events += 1
    return {
      replayId: Buffer.alloc(0),
      eventId: `${this.#prefix}-${this.#events}`,
      schemaId: "schema",
      object,
      changeType,
      recordIds: [],
      commitTimestamp: new Date(epochMs + Math.floor(commit.at / 1000) * 1000),
      commitNumber: commit.number.toString(),
      sequenceNumber,
      transactionKey: commit.number.toString(16),
      changeOrigin: "",
      commitUser: "005000000000000001",
      changedFields: [],
      nulledFields: [],
      diffFields: [],
      fields: "{}",
      inexactFields: [],
      error: null,
      bytes: null,
    }
  }
}

function eventFieldsOf(object: ObjectName, fields: Fields): Fields {
  return Object.fromEntries(
    Object.keys(objects[object].eventFields).map((name) => [name, fields[name] ?? null]),
  )
}

function fill(event: DecodedEvent, fields: Fields): void {
  event.fields = JSON.stringify(fields)
  event.changedFields = Object.keys(fields)
  event.nulledFields = Object.keys(fields).filter((name) => fields[name] === null)
}

/** What a fault makes of an event. */
function strike(event: DecodedEvent, publication: Publication, random: Random): DecodedEvent {
  if (publication === "gap") {
    const header = { changedFields: [], nulledFields: [], diffFields: [], fields: "{}" }
    return { ...event, ...header, changeType: `GAP_${event.changeType}` as ChangeType }
  }
  const { Description: text, ...others } = JSON.parse(event.fields) as Fields
  if (publication === "diff" && typeof text === "string" && event.changeType === "UPDATE") {
    return { ...event, diffFields: ["Description"], fields: JSON.stringify(others) }
  }
  if (publication !== "undecoded") return event
  const undecoded = {
    ...event,
    fields: "{}",
    error: { reason: "undecodable" as const, message: "cut short" },
    bytes: Buffer.from("00ff", "hex"),
  }
  // How far the header could be read.
  return random.pick([
    undecoded,
    { ...undecoded, commitTimestamp: null },
    { ...undecoded, recordIds: [], commitTimestamp: null, commitNumber: null, sequenceNumber: null },
    {
      ...undecoded,
      object: null,
      changeType: null,
      recordIds: [],
      commitTimestamp: null,
      commitNumber: null,
    },
    {
      ...event,
      fields: "{}",
      recordIds: [`${objects[event.object as ObjectName].prefix}*`],
      changeType: "GAP_UPDATE" as const,
    },
  ])
}
