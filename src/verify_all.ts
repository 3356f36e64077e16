import { runLoads } from "./bulk_to_shadow.ts"
import type { Deps } from "./deps.ts"
import type { Verification } from "./verify.ts"

/**
 * Compares every record: a full load merges each of them, and counts as drift those that were wrong although
 * their object claimed to be fresh.
 *
 * @throws an Error for a load that did not complete
 */
export async function verifyAll(
  deps: Deps,
  objects: readonly string[],
  signal: AbortSignal,
): Promise<Verification[]> {
  const loads = await runLoads({ ...deps, objects, signal, kind: "full", force: false })
  const incomplete = loads.filter(({ state }) => state !== "complete")
  if (incomplete.length > 0) {
    throw new Error(incomplete.map(({ object, state, error }) => `${object}: ${state}: ${error}`).join("\n"))
  }
  return loads.map(({ object, received, drift, countInOrg, difference }) => ({
    ...{ object, drift, compared: received, countInOrg: countInOrg ?? 0 },
    countInShadow: (countInOrg ?? 0) - (difference ?? 0),
  }))
}
