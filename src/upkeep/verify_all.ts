import { type LoadProgress, runLoads } from "../bulk_to_shadow/index.ts"
import type { Connections } from "../connections.ts"
import { sqlstate } from "../postgres/sqlstate.ts"
import type { Verification } from "./verify.ts"

/** A load of a comparison did not complete; `code` is SF003 where a fuse stopped it. */
class IncompleteComparison extends Error {
  override readonly name = "IncompleteComparison"
  readonly code: string

  constructor(message: string, isFuse: boolean) {
    super(message)
    this.code = isFuse ? sqlstate.fuse : sqlstate.incomplete
  }
}

/**
 * Compares every record: a full load merges each of them, and counts as drift those that were wrong although
 * their object claimed to be fresh.
 *
 * @throws IncompleteComparison for a load that did not complete
 */
export async function verifyAll(
  connections: Connections,
  objects: readonly string[],
  signal: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
): Promise<Verification[]> {
  const loads = await runLoads({ ...connections, objects, signal, onProgress, kind: "full", force: false })
  const incomplete = loads.filter(({ state }) => state !== "complete")
  if (incomplete.length > 0) {
    const message = incomplete.map(({ object, state, error }) => `${object}: ${state}: ${error}`).join("\n")
    throw new IncompleteComparison(
      message,
      incomplete.some(({ state }) => state === "fuse"),
    )
  }
  return loads.map(({ object, received, drift, countInOrg, difference }) => ({
    object,
    drift,
    compared: received,
    countInOrg: countInOrg ?? 0,
    countInShadow: (countInOrg ?? 0) - (difference ?? 0),
  }))
}
