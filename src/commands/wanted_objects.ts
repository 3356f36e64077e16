import type { Pool } from "pg"
import { UsageError } from "./invocation.ts"

/**
 * The enabled objects in order of dependency, or the wanted ones of them.
 *
 * @throws UsageError for a name that is not mirrored, or paused
 */
export async function wantedObjects(pool: Pool, wanted: readonly string[]): Promise<string[]> {
  const { MappingError, objectsInOrder } = await import("../mapping/index.ts")
  try {
    return await objectsInOrder({ pool }, wanted)
  } catch (cause) {
    throw cause instanceof MappingError ? new UsageError(cause.message, { cause }) : cause
  }
}
