import { Faults } from "../faults.ts"
import type { ChangeEvent } from "./change_event.ts"
import type { ObjectDescription } from "./object_description.ts"

/** The simulated Salesforce org, in memory. */
export class Org {
  /** 18-character organization id. */
  readonly id: string = "00DDp000000SimuMAE"
  readonly faults = new Faults()
  readonly objects: ReadonlyMap<string, ObjectDescription> = new Map()

  /** Salesforce's clock, epoch milliseconds. */
  now(): number {
    return Date.now()
  }

  /** Calls `listener` in bus order with each event that reaches the bus; returns how to stop that. */
  onPublish(_listener: (event: ChangeEvent) => void): () => void {
    return () => {}
  }
}
