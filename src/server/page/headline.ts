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
  const names = snapshot.objects.map(({ object }) => object)
  if (names.length === 0)
    return { tone: "warning", text: "No object is mirrored: sf_shadow.object is empty." }
  const all = names.length === 1 ? `${names[0]} is fresh` : `all ${names.length} objects are fresh`
  return { tone: "well", text: `All is well: ${all}.` }
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
  const names = alike.map(({ object }) => object)
  const subject =
    names.length > 3 ? `${names.length} objects` : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`
  return `${subject} ${predicate}`
}
