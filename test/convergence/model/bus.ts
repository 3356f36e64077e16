import type { DecodedEvent } from "../../../src/pubsub/decode.ts"

export interface BusEntry {
  publishAt: number
  event: DecodedEvent
}

/** The event bus of one topic: events in commit order, each from its time of publication on. */
export class Bus {
  readonly entries: BusEntry[] = []
  /** Entries before this one are past the retention: a position among them is refused. */
  purged = 0

  /** Publishes not before `at`, and never before what was committed earlier. Returns the time. */
  publish(at: number, event: DecodedEvent): number {
    const publishAt = Math.max(at, this.entries.at(-1)?.publishAt ?? 0)
    this.entries.push({ publishAt, event: { ...event, replayId: replayIdOf(this.entries.length) } })
    return publishAt
  }

  /** How many entries are published by then: the position of LATEST. */
  endAt(at: number): number {
    const following = this.entries.findIndex((entry) => entry.publishAt > at)
    return following < 0 ? this.entries.length : following
  }
}

/** Ten opaque bytes, as Salesforce's are; the place of the entry is in them for the model alone. */
export function replayIdOf(place: number): Buffer {
  const bytes = Buffer.alloc(10, 0xa5)
  bytes.writeUInt32BE(place + 1, 4)
  return bytes
}

/** The place after the one that a replay id names; 0 for the first position of an empty bus. */
export function placeAfter(replayId: Buffer): number {
  return replayId.readUInt32BE(4)
}
