import type { DriverBugs } from "../world.ts"
import { claims } from "./claims.ts"
import { events } from "./events.ts"
import { reads } from "./reads.ts"
import { rejects } from "./rejects.ts"

/** A replacement in the source of a function or view; its text has to be there, so that no bug rots silently. */
export interface Replacement {
  /** A file of sql/current, without its room. */
  of: string
  text: string
  by: string
}

/** A mistake that one of the rules of docs/rules.md is there to prevent. */
export interface PlantedBug {
  name: string
  rule: string
  sql?: Replacement[]
  driver?: DriverBugs
}

/** One at a time; each has to be caught by the histories. */
export const plantedBugs: readonly PlantedBug[] = [...events, ...reads, ...rejects, ...claims]
