import { Backoff, pause } from "../base/backoff.ts"
import type { Connections } from "../connections.ts"
import { describeToFields, MappingError } from "../mapping/index.ts"
import { countError } from "../metrics/index.ts"
import type { EventSchema } from "../pubsub/schema.ts"

/**
 * Describes the objects of a stream and notes which fields their events carry. Events wait for REST only before an
 * object's first describe, when nothing of it can be loaded: after that the fields known fold them, and whether there
 * are more is asked beside the stream, until Salesforce answers. What an event carried of a field that was new by then
 * is read again (describe_to_fields).
 */
export class StreamFields {
  readonly #connections: Connections
  readonly #signal: AbortSignal
  /** Objects to be described again. */
  readonly #due = new Set<string>()
  /** What the newest schema of an object carries. */
  readonly #carried = new Map<string, string[]>()
  #isDescribing = false

  /** @param signal ends the asking */
  constructor(connections: Connections, signal: AbortSignal) {
    this.#connections = connections
    this.#signal = signal
  }

  /** Resolves when the object has been described once, by whomever. */
  async describe(object: string): Promise<void> {
    const { rows } = await this.#connections.pool.query<{ described: boolean }>(
      "select exists (select from sf_shadow.described_field where object = $1) as described",
      [object],
    )
    if (rows[0]?.described !== true) return this.#describeNow(object)
    this.#due.add(object)
    if (this.#isDescribing) return
    this.#isDescribing = true
    void this.#describeDue()
  }

  /** Resolves when the events of a schema may be stored. Events of objects that nobody mirrors are passed over. */
  async meet(objects: readonly string[], schema: EventSchema): Promise<void> {
    const object = schema.name.replace(/__ChangeEvent$/, "__c").replace(/ChangeEvent$/, "")
    if (!objects.includes(object)) return
    const fields = schema.body.flatMap(({ name, parts, textOrParts }) => [
      ...(parts === null || textOrParts ? [name] : []),
      ...(parts ?? []).map((part) => part.name),
    ])
    this.#carried.set(object, fields)
    await this.describe(object)
    await this.#noteCarried(object)
  }

  async #describeDue(): Promise<void> {
    const backoff = new Backoff()
    for (const object of this.#due) {
      if (this.#signal.aborted) return
      // Asked for once more while it is under way, it is described once more.
      this.#due.delete(object)
      try {
        await this.#describeNow(object)
        await this.#noteCarried(object)
        backoff.reset()
      } catch (err) {
        if (this.#signal.aborted) return
        this.#due.add(object)
        countError(object, "pubsub_to_events", err)
        const waitMs = Math.round(backoff.nextMs())
        this.#connections.log.warn(
          { event: "describe_failed", object, err },
          `${object} could not be described: its events are applied by the fields that are known; trying again in ${(waitMs / 1000).toFixed(1)} s`,
        )
        await pause(waitMs, this.#signal)
      }
    }
    this.#isDescribing = false
  }

  /** Describes an object and reports what its mapping lacks. Events are stored in any case: nothing of them is lost. */
  async #describeNow(object: string): Promise<void> {
    await describeToFields(this.#connections, object).catch((error) => {
      if (!(error instanceof MappingError)) throw error
      this.#connections.log.error({ event: "mapping_blocked", object }, error.message)
    })
  }

  async #noteCarried(object: string): Promise<void> {
    const fields = this.#carried.get(object)
    if (fields === undefined) return
    await this.#connections.pool.query(
      "select sf_shadow.schema_to_fields(of_object => $1, event_fields => $2)",
      [object, fields],
    )
  }
}
