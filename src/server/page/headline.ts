import type { Attention, Snapshot, Status } from "./snapshot.ts"

/** The state of everything in one sentence; objects of which the same is to be said share it. */
export function headlineOf(snapshot: Snapshot, attention: readonly Attention[]): Status["headline"] {
  const [worst] = attention
  if (worst !== undefined) {
    const alike = attention.filter(
      (one) => one.tone === worst.tone && predicateOf(one) === predicateOf(worst),
    )
    const more = attention.filter((one) => one.tone !== "progress" && !alike.includes(one)).length
    const title = alike.length > 1 ? titleOfAll(alike) : worst.title
    return { tone: worst.tone, text: `${title}${more > 0 ? `, and ${more} more to look at` : ""}.` }
  }
  if (snapshot.objects.length === 0)
    return { tone: "warning", text: "No object is mirrored: sf_shadow.object is empty." }
  return { tone: "well", text: `All is well: ${freshness(snapshot)}.` }
}

/** Who is fresh, and who is on the way to it. */
function freshness({ objects }: Snapshot): string {
  const behind = objects.filter(({ state }) => state !== "fresh").map(({ object }) => object)
  const verb = behind.length === 1 ? "is" : "are"
  if (behind.length === objects.length) return `${joined(behind)} ${verb} catching up`
  const fresh = objects.length - behind.length
  if (behind.length > 0)
    return `${fresh} of ${objects.length} objects ${fresh === 1 ? "is" : "are"} fresh, ${joined(behind)} ${verb} catching up`
  return fresh === 1 ? `${objects[0]?.object} is fresh` : `all ${fresh} objects are fresh`
}

/** What a title says of its object; one that is not about an object is like no other. */
function predicateOf({ object, title }: Attention): string {
  return object === null ? title : title.slice(object.length + 1)
}

function titleOfAll(alike: readonly Attention[]): string {
  const predicate = predicateOf(alike[0] as Attention)
    .replace(/^is /, "are ")
    .replace(/^was /, "were ")
    .replace(/^has /, "have ")
  return `${joined(alike.map(({ object }) => object))} ${predicate}`
}

function joined(names: readonly (string | null)[]): string {
  if (names.length > 3) return `${names.length} objects`
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`
}
