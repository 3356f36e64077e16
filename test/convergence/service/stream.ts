import { appendBatch, type Lead } from "../../../src/pubsub_to_events/append.ts"
import { type Bus, placeAfter, replayIdOf } from "../model/bus.ts"
import { type ObjectName, objectNames } from "../model/objects.ts"
import type { Random } from "../model/random.ts"
import { Statements } from "../statements.ts"
import { toDate } from "../virtual_time.ts"
import type { World } from "../world.ts"

interface LeadRow extends Lead {
  replay_id: Buffer | null
  from_earliest: boolean
  replay_unproven: boolean
  known_until: Date | null
  unproven_since: Date | null
}

interface FoldedRow {
  consumed: number
  object: string
  change_type: string
  result: string
  events: number
}

const holeStatement =
  "select sf_shadow.stream_to_holes(of_stream_id => $1, objects => $2, begins_at => $3, ends_at => $4, reason => $5)"

const replayStatement =
  "select sf_shadow.replay_to_holes(of_stream_id => $1, received => $2, objects => $3, known_until => $4, ends_at => $5)"

/** The leader of one topic, as src/pubsub_to_events/follow.ts is: takes the stream over, stores, folds. */
export class StreamService {
  readonly #world: World
  readonly #topic: string
  readonly #objects: ObjectName[]
  #lead: Lead | null = null
  #streamId: number | null = null
  /** The next place of the bus to be delivered. */
  #place = 0
  #unproven: { since: Date; reason: string } | null = null
  /** Where a replay's first response has to show that nothing is missing before it; null otherwise. */
  #replayed: { knownUntil: Date | null } | null = null

  constructor(world: World, topic: string) {
    this.#world = world
    this.#topic = topic
    this.#objects = objectNames.filter((name) => world.org.topicOf(name) === topic)
  }

  get topic(): string {
    return this.#topic
  }

  get #bus(): Bus {
    return this.#world.org.buses.get(this.#topic) as Bus
  }

  /** Published and not yet stored. */
  get waiting(): number {
    return this.#bus.endAt(this.#world.now) - this.#place
  }

  /** A process becomes the leader and subscribes behind the stored position, or at LATEST with a hole. */
  async takeOver(random: Random): Promise<void> {
    const [row] = (await this.#world.transaction<LeadRow>(
      false,
      ["select sf_shadow.ensure_stream(of_topic => $1, objects => $2)", [this.#topic, this.#objects]],
      ["select * from sf_shadow.lead_stream(of_topic => $1)", [this.#topic]],
    )) as [LeadRow]
    this.#lead = { stream_id: row.stream_id, epoch: row.epoch }
    this.#streamId = row.stream_id
    this.#unproven = row.unproven_since && { since: row.unproven_since, reason: "the leader changed" }
    this.#replayed = row.replay_unproven ? { knownUntil: row.known_until } : null
    if (row.from_earliest) {
      this.#place = this.#bus.purged
      return this.#world.say(`${this.#topic}: a new leader replays all that the bus has`)
    }
    if (row.replay_id === null) return this.#startAnew("first subscription", random)
    this.#place = placeAfter(row.replay_id)
    if (this.#place < this.#bus.purged) return this.#startAnew("replay id expired", random)
    this.#world.say(`${this.#topic}: a new leader goes on at ${this.#place}`)
  }

  /** The bus forgets what was not delivered yet: the stored position is refused, at once or by the next leader. */
  async losePosition(random: Random): Promise<void> {
    this.#world.org.purge(this.#world.now, this.#topic)
    if (this.#lead === null) return this.#world.say(`${this.#topic}: the bus forgets its events`)
    await this.#startAnew("replay id expired", random)
  }

  /** An operator re-subscribes from an earlier position: the leader is replaced, and starts over with it. */
  async replay(random: Random): Promise<void> {
    if (this.#streamId === null) await this.takeOver(random)
    const place = random.between(Math.min(this.#bus.purged, this.#place), this.#place)
    const from = random.chance(0.5) ? replayIdOf(place - 1) : null
    await this.#world.transaction(false, [
      "select sf_shadow.replay_stream(of_topic => $1, from_replay_id => $2)",
      [this.#topic, from],
    ])
    this.#lead = null
    this.#world.say(`${this.#topic}: to be replayed from ${from === null ? "the earliest" : place}`)
  }

  /** Stores the next events of the bus, at most `most`; with none waiting, a keepalive. */
  async deliver(most: number, killed: boolean, random: Random): Promise<void> {
    if (this.#lead === null) await this.takeOver(random)
    const lead = this.#lead as Lead
    const count = Math.min(this.waiting, most)
    const entries = this.#bus.entries.slice(this.#place, this.#place + count)
    const end = this.#place + count
    const batch = {
      events: entries.map(({ event }) => event),
      latestReplayId: replayIdOf(end - 1),
      receivedBefore: toDate(this.#world.latest(random)),
      mayGoOn: count === most,
    }
    const keepaliveAt = count === 0 ? toDate(this.#world.earliest(random)) : null
    const statements = new Statements()
    await appendBatch(statements.asClient(), lead, batch, keepaliveAt)
    if (this.#replayed !== null) {
      statements.add(replayStatement, [
        lead.stream_id,
        count,
        this.#objects,
        this.#replayed.knownUntil,
        toDate(this.#world.latest(random)),
      ])
    }
    if (this.#unproven !== null) {
      const { since, reason } = this.#unproven
      statements.add(holeStatement, [
        lead.stream_id,
        this.#objects,
        since,
        toDate(this.#world.latest(random)),
        reason,
      ])
    }
    await this.#world.send(killed, statements)
    const what = count === 0 ? "a keepalive" : `events ${this.#place} to ${end - 1}`
    if (count > 0 || this.#world.isWatched)
      this.#world.say(
        `${this.#topic}: ${what} stored${killed ? ", and the process killed before the commit" : ""}`,
      )
    if (killed) {
      this.#lead = null
      return
    }
    this.#unproven = null
    this.#replayed = null
    this.#place = end
  }

  /** Folds one batch; returns how many events it took. */
  async fold(batchSize: number, killed: boolean): Promise<number> {
    const streamId = this.#streamId
    if (streamId === null) return 0
    const folded = await this.#world.transaction<FoldedRow>(killed, [
      "select * from sf_shadow.events_to_shadow(of_stream_id => $1, batch_size => $2)",
      [streamId, batchSize],
    ])
    const results = folded.map((row) => `${row.events} ${row.object} ${row.change_type} ${row.result}`)
    if (folded.length > 0)
      this.#world.say(`${this.#topic}: folded ${results.join(", ")}${killed ? ", killed" : ""}`)
    return folded[0]?.consumed ?? 0
  }

  /**
   * Two leaders at once: the old one appends while the new one's takeover is under way and is committed first.
   * The old one's append has to be refused (rule 2).
   */
  async raceTakeOver(random: Random): Promise<void> {
    const old = this.#lead
    if (old === null) return this.takeOver(random)
    const entries = this.#bus.entries.slice(this.#place, this.#bus.endAt(this.#world.now))
    const batch = {
      events: entries.map(({ event }) => event),
      latestReplayId: replayIdOf(this.#place + entries.length - 1),
      receivedBefore: toDate(this.#world.latest(random)),
      mayGoOn: false,
    }
    const refusal = await this.#world.race(
      (other) => other.query("select sf_shadow.lead_stream(of_topic => $1)", [this.#topic]),
      (client) => appendBatch(client, old, batch, null),
    )
    if (refusal !== "SF004")
      throw new Error(`an append of a replaced leader was not refused with SF004: ${refusal}`)
    await this.takeOver(random)
  }

  /** An operator has the stored events of an object folded again. */
  async reapply(random: Random): Promise<void> {
    const streamId = this.#streamId
    if (streamId === null) return
    const object = random.pick(this.#objects)
    const after = random.between(0, 5)
    await this.#world.transaction(false, [
      "select sf_shadow.reapply_events(of_object => $1, of_stream_id => $2, since => $3, after_seq => $4, batch_size => $5)",
      [object, streamId, toDate(0), after, random.between(1, 20)],
    ])
    this.#world.say(`${this.#topic}: events of ${object} after ${after} reapplied`)
  }

  /** The process is gone; another one takes over at its next delivery. */
  kill(): void {
    this.#lead = null
  }

  async #startAnew(reason: string, random: Random): Promise<void> {
    const since = toDate(this.#world.earliest(random))
    const lead = this.#lead as Lead
    await this.#world.transaction(false, [
      holeStatement,
      [lead.stream_id, this.#objects, since, null, reason],
    ])
    this.#unproven = { since, reason }
    this.#place = this.#bus.endAt(this.#world.now)
    this.#world.say(`${this.#topic}: ${reason}, starts at the newest event`)
  }
}
