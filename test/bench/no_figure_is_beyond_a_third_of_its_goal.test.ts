import assert from "node:assert/strict"
import { test } from "node:test"
import { figure, isFarOff } from "./harness/figure.ts"
import { textTable } from "./harness/report.ts"
import { runBenchmarks } from "./harness/run.ts"
import { load } from "./load.ts"

test("a figure counts as far off beyond a third of its goal only, and where its size says something", () => {
  const measured = { name: "", unit: "", ours: 10, theirs: 10, limit: "" }
  const atLeast = (goal: number, holdsSmall = true) =>
    figure({ ...measured, goal: { of: "ratio", atLeast: goal }, holdsSmall })
  assert.deepEqual([atLeast(1), atLeast(2.9), atLeast(3.1)].map(isFarOff), [false, false, true])
  assert.deepEqual(
    [atLeast(1), atLeast(2.9)].map(({ reached }) => reached),
    [true, false],
  )
  assert.equal(isFarOff(atLeast(3.1, false)), false)
  const atMost = (goal: number) =>
    figure({ ...measured, goal: { of: "ours", atMost: goal }, holdsSmall: true })
  assert.deepEqual([atMost(10), atMost(4), atMost(3), atMost(0)].map(isFarOff), [false, false, true, true])
})

// The one whose goals hold at any size; the others are run by `npm run bench -- --size small`.
test("benchmarks at their small size run, and no figure is beyond a third of its goal", async () => {
  const reports = await runBenchmarks([load], "small")
  const farOff = reports.flatMap(({ figures }) => figures).filter(isFarOff)
  assert.deepEqual(
    farOff.map(({ name }) => name),
    [],
    textTable(reports),
  )
})
