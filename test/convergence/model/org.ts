import { Bus } from "./bus.ts"
import type { Change, Publication } from "./change.ts"
import { EventMaker } from "./events.ts"
import { type ObjectName, objectNames, objects } from "./objects.ts"
import type { Random } from "./random.ts"
import { isLive, latest, type ModelRecord, type Version } from "./record.ts"

/** How the model org behaves in one history. */
export interface OrgSettings {
  /** One bus for all objects, or one each. */
  channel: boolean
  /** Longest time from a commit until queries see it, ms. */
  visibilityLagMs: number
  /** Longest time from a commit until its event is on the bus, ms. */
  publishDelayMs: number
  /** Whether the entries of a deleted product have events, and where they go. */
  cascade: "events" | "bin" | "gone"
  /** Whether the entries come back with an undeleted product. */
  cascadeReturns: boolean
}

/** A tiny Salesforce: records with all their versions, and a bus that tells of them late. */
export class Org {
  readonly records: ReadonlyMap<ObjectName, Map<string, ModelRecord>> = new Map(
    objectNames.map((name) => [name, new Map<string, ModelRecord>()]),
  )
  readonly buses = new Map<string, Bus>()
  readonly settings: OrgSettings
  /**
   * Time of the last change that nothing told of and that changed fields; and of one of existence alone. What
   * follows from the change of a parent is told by the parent's event (rule 8).
   */
  silentUpdateAt: number | null = null
  silentExistenceAt: number | null = null
  #followedUntold = false
  readonly #events: EventMaker
  #serial = 0

  constructor(settings: OrgSettings, eventIdPrefix: string) {
    this.settings = settings
    this.#events = new EventMaker(eventIdPrefix)
    for (const name of objectNames) this.buses.set(this.topicOf(name), new Bus())
  }

  topicOf(object: ObjectName): string {
    return this.settings.channel ? "/data/ChangeEvents" : objects[object].topic
  }

  serial(): number {
    this.#serial += 1
    return this.#serial
  }

  record(object: ObjectName, id: string): ModelRecord | undefined {
    return this.records.get(object)?.get(id)
  }

  all(object: ObjectName): ModelRecord[] {
    return [...(this.records.get(object)?.values() ?? [])]
  }

  live(object: ObjectName): ModelRecord[] {
    return this.all(object).filter(isLive)
  }

  /**
   * Commits changes together, as one transaction that began `ageMs` ago. A product takes its entries with it.
   * Changes of one kind with the same values share an event, as Salesforce merges them.
   */
  commit(
    now: number,
    ageMs: number,
    changes: readonly Change[],
    publication: Publication,
    random: Random,
  ): void {
    const committed = this.#withCascades(changes)
    const written = committed.map(({ change, isCascade }) => {
      const isSilent =
        publication === "silent" ||
        change.kind === "hardDelete" ||
        (isCascade && this.settings.cascade !== "events")
      const isTold = !isSilent || (isCascade && parentIsNamed(publication))
      const version = this.#write(now, ageMs, change, isCascade, !isSilent, isTold, random)
      return { change, version }
    })
    const published = written.filter(({ version }) => version.isPublished)
    for (const event of this.#events.make(now, published, publication, random)) {
      const bus = this.buses.get(this.topicOf(event.object as ObjectName)) as Bus
      bus.publish(now + random.between(0, this.settings.publishDelayMs), event.event)
    }
  }

  /** A bus forgets events, and with them what they told of the children of their records. */
  purge(now: number, topic: string): void {
    const bus = this.buses.get(topic) as Bus
    bus.purged = bus.endAt(now)
    if (!this.#followedUntold) return
    this.silentExistenceAt = now
    this.silentUpdateAt = now
  }

  /** Publishes an event of the last ones again, under a new replay id. */
  republish(now: number, topic: string, random: Random): void {
    const bus = this.buses.get(topic) as Bus
    const entry = bus.entries.slice(-8)
    if (entry.length > 0) bus.publish(now, random.pick(entry).event)
  }

  #withCascades(changes: readonly Change[]): { change: Change; isCascade: boolean }[] {
    return changes.flatMap((change) => {
      const own = { change, isCascade: false }
      if (change.object !== "Product2") return [own]
      const entries = this.all("PricebookEntry").filter(
        (entry) => latest(entry).fields.Product2Id === change.id,
      )
      const follow = (kind: Change["kind"]) => (entry: ModelRecord) => ({
        change: { kind, object: "PricebookEntry" as const, id: entry.id, fields: {} },
        isCascade: true,
      })
      if (change.kind === "delete" || change.kind === "hardDelete")
        return [...entries.filter(isLive).map(follow("delete")), own]
      if (change.kind === "undelete" && this.settings.cascadeReturns)
        return [own, ...entries.filter((entry) => latest(entry).existence === "bin").map(follow("undelete"))]
      return [own]
    })
  }

  #write(
    now: number,
    ageMs: number,
    change: Change,
    isCascade: boolean,
    isPublished: boolean,
    isTold: boolean,
    random: Random,
  ): Version {
    const table = this.records.get(change.object) as Map<string, ModelRecord>
    const record = table.get(change.id) ?? { object: change.object, id: change.id, versions: [] }
    table.set(change.id, record)
    const before = record.versions.at(-1)
    const version: Version = {
      commitAt: now,
      visibleAt: Math.max(now + random.between(0, this.settings.visibilityLagMs), before?.visibleAt ?? 0),
      stamp: Math.max(Math.floor((now - ageMs) / 1000) * 1000, before?.stamp ?? Number.NEGATIVE_INFINITY),
      existence: this.#existence(change, isCascade),
      fields: { ...before?.fields, ...change.fields },
      changed: new Set(
        Object.keys(change.kind === "update" ? change.fields : objects[change.object].eventFields),
      ),
      changesExistence: change.kind !== "update",
      isPublished,
    }
    record.versions.push(version)
    if (isTold && !isPublished) this.#followedUntold = true
    if (!isTold && version.changesExistence) this.silentExistenceAt = now
    // A record that came without an event brings fields that no event told.
    if (!isTold && version.existence === "live") this.silentUpdateAt = now
    return version
  }

  #existence({ kind, object }: Change, isCascade: boolean): Version["existence"] {
    if (kind === "hardDelete") return "gone"
    if (kind !== "delete") return "live"
    if (isCascade) return this.settings.cascade === "gone" ? "gone" : "bin"
    return object === "PricebookEntry" ? "gone" : "bin"
  }
}

/** Whether the event of a parent's change says which parent it was. */
function parentIsNamed(publication: Publication): boolean {
  return publication === "normal" || publication === "gap" || publication === "diff"
}
