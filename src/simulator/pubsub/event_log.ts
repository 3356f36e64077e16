import { randomUUID } from "node:crypto"
import type { ProducerEvent } from "../../pubsub/proto.ts"
import type { ChangeEvent } from "../org/change_event.ts"
import type { ObjectDescription } from "../org/object_description.ts"
import type { Org } from "../org/org.ts"
import { encodeEvent } from "./encode.ts"
import { forObject } from "./faults.ts"
import { type ComposedSchema, composeSchema } from "./schema.ts"

/** One event on the bus. */
export interface LoggedEvent {
  /** The counter in the replay id. */
  position: bigint
  /** Empty for an event that comes without one. */
  replayId: Buffer
  object: string
  event: ProducerEvent
  publishedAt: number
}

/** Events are kept for 72 hours (Pub/Sub API guide, "Event message durability"). */
const retentionMs = 72 * 3_600_000

/** The org's event bus: what was published, in order, for as long as it is kept. */
export class EventLog {
  readonly #org: Org
  readonly #events: LoggedEvent[] = []
  /** Every schema that was ever in use, by id. */
  readonly #schemas = new Map<string, Pick<ComposedSchema, "id" | "json">>()
  /** The one composed last for each description, with and without an added field. */
  readonly #composed = new Map<string, { from: ObjectDescription; schema: ComposedSchema }>()
  /** Duplicates that wait for so many other events to come before them. */
  readonly #late: { object: string; event: ProducerEvent; after: number }[] = []
  readonly #listeners = new Set<() => void>()
  readonly #forgotten = new Set<() => void>()
  readonly #stop: () => void
  #position: bigint
  /** Where the log began: keepalives of a log without events carry it. Null once events were forgotten. */
  #start: bigint | null

  constructor(org: Org) {
    this.#org = org
    this.#start = this.#position = this.#newStart()
    this.#stop = org.onPublish((event) => this.#append(event))
    for (const object of org.objects.keys()) this.schemaOf(object)
  }

  /** Position of the newest event; streams from LATEST start after it. */
  get tip(): bigint {
    return this.#position
  }

  /** Position after which the oldest kept event comes. */
  get beforeOldest(): bigint {
    const oldest = this.#events[0]
    return oldest ? oldest.position - 1n : this.#position
  }

  /** The position of a replay id; null when it is not one of the log's, or older than what is kept. */
  find(replayId: Buffer): bigint | null {
    if (replayId.length !== 10 || replayId.readUInt16BE(8) !== 0) return null
    const position = replayId.readBigUInt64BE()
    if (position === this.#position || position === this.#start) return position
    return this.#events[this.#indexAfter(position) - 1]?.position === position ? position : null
  }

  /** Up to `limit` events after a position, of the objects that `wanted` accepts. */
  read(after: bigint, limit: number, wanted: (object: string) => boolean): LoggedEvent[] {
    const found: LoggedEvent[] = []
    for (let at = this.#indexAfter(after); at < this.#events.length && found.length < limit; at++) {
      const event = this.#events[at]
      if (event && wanted(event.object)) found.push(event)
    }
    return found
  }

  /** The present schema of an object's events. */
  schemaOf(object: string): ComposedSchema {
    const description = this.#org.objects.get(object)
    if (!description) throw new Error(`The simulated org has no object ${object}`)
    const changes = this.#org.faults.active("pubsub.schema-change")
    const isChanged = changes.some(({ settings }) => settings.object === object)
    const key = `${object} ${isChanged}`
    const known = this.#composed.get(key)
    if (known?.from === description) return known.schema
    const schema = composeSchema(description, isChanged ? "Added_Later__c" : undefined)
    this.#composed.set(key, { from: description, schema })
    this.#schemas.set(schema.id, schema)
    return schema
  }
  /** A schema that is or was in use, by id. */
  schemaById(id: string): Pick<ComposedSchema, "id" | "json"> | undefined {
    return this.#schemas.get(id)
  }

  /** Makes a schema known that events of another origin were written with. */
  addSchema(schema: Pick<ComposedSchema, "id" | "json">): void {
    this.#schemas.set(schema.id, schema)
  }

  /** Puts an event on the bus as it is, for instance one that was recorded from a real org. */
  publish(object: string, event: ProducerEvent): void {
    this.#push(object, event, false)
    for (const listener of this.#listeners) listener()
  }

  /** Calls `listener` after each event; returns how to stop that. */
  onEvent(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Calls `listener` when events are forgotten that a stream may still wait for; returns how to stop that. */
  onForgotten(listener: () => void): () => void {
    this.#forgotten.add(listener)
    return () => {
      this.#forgotten.delete(listener)
    }
  }

  /**
   * Forgets every event published until now, as retention does after 72 hours. Open streams are ended: one that
   * lives never falls so far behind.
   */
  purge(): void {
    this.#events.length = 0
    this.#late.length = 0
    this.#start = null
    for (const listener of [...this.#forgotten]) listener()
  }

  /** Starts the log anew, as a sandbox refresh or a move of the org does: no old replay id means anything. */
  reset(): void {
    this.purge()
    this.#start = this.#position = this.#newStart()
  }

  /** Takes no more events. */
  close(): void {
    this.#stop()
    this.#listeners.clear()
  }

  #newStart(): bigint {
    return 1_000_000n + BigInt(Math.floor(Math.random() * 1_000_000_000))
  }

  #append(published: ChangeEvent): void {
    const { faults } = this.#org
    const { entityName: object } = published
    const distorted = faults.strike("pubsub.distorted", forObject(object))
    const change = distorted ? distorted.settings.distort(published) : published
    const schema = this.schemaOf(object)
    let payload = encodeEvent(change, schema)
    if (faults.strike("pubsub.undecodable", forObject(object)))
      payload = payload.subarray(0, payload.length >> 1)
    const event = { id: randomUUID(), schema_id: schema.id, payload }
    const withoutId = faults.strike("pubsub.no-replay-id", forObject(object)) !== undefined
    this.#push(object, event, withoutId)
    for (const late of this.#late.splice(0)) {
      if (--late.after > 0) this.#late.push(late)
      else this.#push(late.object, late.event, false)
    }
    const duplicate = faults.strike("pubsub.duplicate", forObject(object))
    const after = duplicate?.settings.after ?? 0
    if (after > 0) this.#late.push({ object, event, after })
    else if (duplicate) this.#push(object, event, false)
    for (const listener of this.#listeners) listener()
  }

  #push(object: string, event: ProducerEvent, withoutId: boolean): void {
    const publishedAt = this.#org.now()
    this.#position += BigInt(1 + Math.floor(Math.random() * 3))
    const replayId = withoutId ? Buffer.alloc(0) : replayIdOf(this.#position)
    this.#events.push({ position: this.#position, replayId, object, event, publishedAt })
    while ((this.#events[0]?.publishedAt ?? publishedAt) < publishedAt - retentionMs) {
      this.#events.shift()
      this.#start = null
    }
  }

  /** Index of the first event after a position. */
  #indexAfter(position: bigint): number {
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#events[middle]?.position ?? 0n) <= position) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Ten bytes as recorded from real orgs: eight of a counter with gaps, then two of zero. */
export function replayIdOf(position: bigint): Buffer {
  const replayId = Buffer.alloc(10)
  replayId.writeBigUInt64BE(position)
  return replayId
}
