import { claims } from "./claims.ts"
import { events } from "./events.ts"
import { filters } from "./filters.ts"
import type { PlantedBug } from "./plant.ts"
import { reads } from "./reads.ts"
import { rejects } from "./rejects.ts"
import { versions } from "./versions.ts"

/** One at a time; each has to be caught by the histories. */
export const plantedBugs: readonly PlantedBug[] = [
  ...events,
  ...reads,
  ...rejects,
  ...claims,
  ...filters,
  ...versions,
]
