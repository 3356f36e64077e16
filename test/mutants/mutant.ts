/** What stands from `start` to `end` of a source text becomes `by`. */
export interface Edit {
  start: number
  end: number
  by: string
}

/** A source text with one thing of it taken away. */
export interface Mutant {
  /** In the order of the text; several where one thing stands in several places. */
  edits: Edit[]
  /** What kind of thing is away: "operand", "term", "assignment" ... */
  what: string
}

/** The text with the mutant's edits made. */
export function mutate(source: string, { edits }: Mutant): string {
  return edits.reduceRight((text, { start, end, by }) => text.slice(0, start) + by + text.slice(end), source)
}

/** Line and change, for people and as the mutant's name from run to run. */
export function describeMutant(source: string, { edits, what }: Mutant): string {
  const [first] = edits as [Edit]
  const line = source.slice(0, first.start).split("\n").length
  const changes = edits.map(({ start, end, by }) => {
    const text = source.slice(start, end).replace(/\s+/g, " ").trim()
    const shown = text.length > 110 ? `${text.slice(0, 70)} … ${text.slice(-35)}` : text
    return by === "" ? `without «${shown}»` : `«${shown}» is ${by}`
  })
  return `${line} ${what}: ${changes.join(" and ")}`
}

/** Without those that change nothing or are there twice, in the order of the text. */
export function distinct(source: string, mutants: Mutant[]): Mutant[] {
  const texts = new Set([source])
  return mutants
    .filter((mutant) => {
      const text = mutate(source, mutant)
      return !texts.has(text) && texts.add(text)
    })
    .sort((a, b) => (a.edits[0]?.start ?? 0) - (b.edits[0]?.start ?? 0))
}
