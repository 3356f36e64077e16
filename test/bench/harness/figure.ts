/** What a figure is to reach: of itself, or of its ratio to what it is measured against. */
export type Goal = { of: "ours" | "ratio" } & ({ atMost: number } | { atLeast: number })

/** What is measured, before it is judged. */
export interface Measured {
  /** In words: "commit to visible at 500 events/s, p50". */
  name: string
  /** Of `ours`, `theirs` and `alone`: "ms", "rows/s"; "" for a count. */
  unit: string
  ours: number
  /** What else was measured in the same run, in words; a rival with its version. */
  against?: string
  theirs?: number
  /** The same with a null destination: what the source alone takes. */
  alone?: number
  goal?: Goal
  /** What keeps it from being better: source, network, our process or Postgres. */
  limit: string
  /** Whether the goal's ratio, or exact number, says something at the small size too, so that a test can hold it. */
  holdsSmall?: boolean
}

/** One row of the table. */
export interface Figure extends Measured {
  /** ours / theirs; null where nothing is beside it. */
  ratio: number | null
  /** Null without a goal, and where the machine cannot tell (NaN). */
  reached: boolean | null
}

/** Judges what was measured by its goal. */
export function figure(measured: Measured): Figure {
  const ratio = measured.theirs === undefined ? null : measured.ours / measured.theirs
  const judged = { ...measured, ratio }
  return { ...judged, reached: missesBy(judged) === null ? null : (missesBy(judged) as number) <= 1 }
}

/** How many times a figure is beyond its goal: at most 1 is reached. Null without a goal or a value. */
function missesBy({ ours, ratio, goal }: Omit<Figure, "reached">): number | null {
  if (goal === undefined) return null
  const value = goal.of === "ours" ? ours : ratio
  if (value === null || Number.isNaN(value)) return null
  if ("atLeast" in goal) return goal.atLeast / value
  return value <= goal.atMost ? 0 : value / goal.atMost
}

/** Whether a figure is beyond its goal by more than noise explains, three times, at a size where it says something. */
export function isFarOff(of: Figure): boolean {
  return of.holdsSmall === true && (missesBy(of) ?? 0) > 3
}
