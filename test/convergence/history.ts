import fc from "fast-check"
import type { Publication } from "./model/change.ts"
import type { OrgSettings } from "./model/org.ts"
import { type TransactionKind, transactionKinds } from "./model/transactions.ts"

/** What goes wrong, or happens in one go. */
type Happening =
  | "verify"
  | "reapply"
  | "takeOver"
  | "race"
  | "replay"
  | "losePosition"
  | "republish"
  | "kill"
  | "catchUp"
  | "burst"
  | "rotate"
  | "restore"
  | "giveUp"

/** What happens next; `seed` decides the rest of it. */
export type Step = { waitMs: number; seed: number } & (
  | { do: "commit"; transaction: TransactionKind; publication: Publication; ageMs: number }
  | { do: "deliver" | "fold" | "follow" | "run" | "load" | "reread"; killed: boolean }
  | { do: Happening }
)

/** A whole history: how the org behaves, whether it was loaded before, and what happens. */
export interface History {
  org: OrgSettings
  loaded: boolean
  localErrorMs: number
  serverErrorMs: number
  /** Whether the service has measured how far its database's clock is off; it may have been set a moment ago. */
  clockMeasured: boolean
  deltaOverlapMs: number
  /** Whether only the price book entries that meet a filter are mirrored. */
  isFiltered: boolean
  seed: number
  steps: Step[]
}

const seed = fc.nat(0xffff)
const killed = fc.oneof(
  { arbitrary: fc.constant(false), weight: 15 },
  { arbitrary: fc.constant(true), weight: 1 },
)
/** Most things happen close together, so that they meet; some within the margin, some after it. */
const waitMs = fc.oneof(
  { arbitrary: fc.nat(400), weight: 5 },
  { arbitrary: fc.nat(3_000), weight: 4 },
  { arbitrary: fc.integer({ min: 3_000, max: 15_000 }), weight: 3 },
  { arbitrary: fc.integer({ min: 15_000, max: 70_000 }), weight: 1 },
)
const publication = fc.oneof<fc.WeightedArbitrary<Publication>[]>(
  { arbitrary: fc.constant("normal"), weight: 24 },
  { arbitrary: fc.constant("gap"), weight: 3 },
  { arbitrary: fc.constant("silent"), weight: 2 },
  { arbitrary: fc.constant("diff"), weight: 1 },
  { arbitrary: fc.constant("undecoded"), weight: 1 },
  { arbitrary: fc.constant("overflow"), weight: 1 },
)

const commit = fc.record({
  do: fc.constant("commit" as const),
  transaction: fc.constantFrom(...transactionKinds),
  publication,
  // From the transaction's start, which stamps its records, to its commit.
  ageMs: fc.oneof({ arbitrary: fc.constant(0), weight: 2 }, { arbitrary: fc.nat(6_000), weight: 1 }),
  waitMs,
  seed,
})
function step<Name extends "deliver" | "fold" | "follow" | "run" | "load" | "reread">(name: Name) {
  return fc.record({ do: fc.constant(name), killed, waitMs, seed })
}
function happening<Name extends Happening>(name: Name) {
  return fc.record({ do: fc.constant(name), waitMs, seed })
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: commit, weight: 16 },
  { arbitrary: step("follow"), weight: 5 },
  { arbitrary: step("deliver"), weight: 4 },
  { arbitrary: step("fold"), weight: 4 },
  { arbitrary: step("load"), weight: 2 },
  { arbitrary: step("run"), weight: 8 },
  { arbitrary: step("reread"), weight: 8 },
  { arbitrary: happening("verify"), weight: 3 },
  { arbitrary: happening("republish"), weight: 3 },
  { arbitrary: happening("reapply"), weight: 1 },
  { arbitrary: happening("takeOver"), weight: 1 },
  { arbitrary: happening("race"), weight: 1 },
  { arbitrary: happening("replay"), weight: 1 },
  { arbitrary: happening("losePosition"), weight: 1 },
  { arbitrary: happening("kill"), weight: 1 },
  { arbitrary: happening("catchUp"), weight: 3 },
  { arbitrary: happening("burst"), weight: 3 },
  { arbitrary: happening("rotate"), weight: 2 },
  { arbitrary: happening("restore"), weight: 1 },
  { arbitrary: happening("giveUp"), weight: 1 },
)

/** Histories of a settled or an empty database; the shorter a failing one shrinks, the easier it reads. */
export const histories: fc.Arbitrary<History> = fc.record({
  org: fc.record({
    channel: fc.boolean(),
    visibilityLagMs: fc.constantFrom(0, 1_000, 3_000),
    publishDelayMs: fc.constantFrom(0, 1_500, 10_000),
    cascade: fc.constantFrom("events", "bin", "gone"),
    cascadeReturns: fc.boolean(),
  }),
  loaded: fc.oneof({ arbitrary: fc.constant(true), weight: 5 }, { arbitrary: fc.constant(false), weight: 1 }),
  localErrorMs: fc.constantFrom(0, -2_000, 2_000, -300_000, 300_000),
  serverErrorMs: fc.constantFrom(0, 3_000),
  clockMeasured: fc.oneof(
    { arbitrary: fc.constant(true), weight: 4 },
    { arbitrary: fc.constant(false), weight: 1 },
  ),
  deltaOverlapMs: fc.constantFrom(20_000, 900_000),
  isFiltered: fc.oneof(
    { arbitrary: fc.constant(false), weight: 2 },
    { arbitrary: fc.constant(true), weight: 1 },
  ),
  seed,
  steps: fc.array(anyStep, { minLength: 6, maxLength: 60, size: "max" }),
})
