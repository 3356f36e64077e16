import type { DescribedForPlan } from "../../salesforce/describe_objects.ts"
import type { Change } from "./difference.ts"

interface Step {
  change: Change
  described?: DescribedForPlan | undefined
}

/** A change, with those of the added objects that have to be there before. */
type Ordered<S> = S & { parents: string[] }

/**
 * Puts added objects after their parents, and leaves the other changes where they are.
 *
 * @returns also the circles of parents, whose objects, and what would be below them, are left out
 */
export function inParentsOrder<S extends Step>(
  steps: readonly S[],
): { ordered: Ordered<S>[]; circles: string[][] } {
  const added = new Set(
    steps.flatMap(({ change }) => (change.change === "add_object" ? [change.wish.object] : [])),
  )
  const waiting = steps.map((step) => ({ ...step, parents: parentsOf(step).filter((one) => added.has(one)) }))
  const ordered: Ordered<S>[] = []
  const placed = new Set<string>()
  for (;;) {
    const next = waiting.findIndex(({ parents }) => parents.every((one) => placed.has(one)))
    if (next < 0) return { ordered, circles: circlesOf(waiting) }
    const [step] = waiting.splice(next, 1) as [Ordered<S>]
    if (step.change.change === "add_object") placed.add(step.change.wish.object)
    ordered.push(step)
  }
}

/** By the rule of a plan (docs/mapping.md, --parent); where one of several masters is meant, each of them comes first. */
function parentsOf({ change, described }: Step): string[] {
  if (change.change !== "add_object" || described === undefined) return []
  const { object, parent } = change.wish
  return described.fields
    .filter(({ name, cascadeDelete }) =>
      parent === undefined ? cascadeDelete : name.toLowerCase() === parent.toLowerCase(),
    )
    .flatMap(({ referenceTo }) => (referenceTo.length === 1 ? referenceTo : []))
    .filter((one) => one !== object)
}

function circlesOf(waiting: readonly { change: Change; parents: string[] }[]): string[][] {
  const parentOf = new Map(
    waiting.flatMap(({ change, parents }) =>
      change.change === "add_object" ? [[change.wish.object, parents]] : [],
    ) as [string, string[]][],
  )
  const seen = new Set<string>()
  return [...parentOf.keys()].flatMap((start) => {
    const path: string[] = []
    for (let at: string | undefined = start; at !== undefined && !seen.has(at); ) {
      seen.add(at)
      path.push(at)
      const next: string | undefined = parentOf.get(at)?.find((one) => parentOf.has(one))
      if (next !== undefined && path.includes(next)) return [path.slice(path.indexOf(next))]
      at = next
    }
    return []
  })
}
