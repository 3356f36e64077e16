import assert from "node:assert/strict"
import { test } from "node:test"
import { plant } from "./bugs/plant.ts"
import { plantedBugs } from "./bugs/planted_bugs.ts"
import { check } from "./check.ts"
import { HistoryDatabase } from "./database.ts"

const database = await HistoryDatabase.open()

test("whatever the histories do, the shadow ends equal to the org and never claims what is untrue", async (t) => {
  const result = await check(database, { histories: 5_000, timeLimitMs: 40_000 })
  t.diagnostic(`${result.played} histories of seed ${result.seed}`)
  const again = `node --import tsx test/convergence/many.ts --seed=${result.seed} --seeds ${result.played}`
  assert.equal(result.failure, null, `${again}\n\n${result.failure}`)
})

test("a bug planted into the functions is caught", async () => {
  // The quickest of them; planted.ts shows all, and after how many histories.
  const bug = plantedBugs.find(({ name }) => name.startsWith("the cursor is advanced"))
  assert.ok(bug)
  const takeOut = await plant(database, bug)
  const result = await check(database, { histories: 200, seed: 1 })
  await takeOut()
  assert.notEqual(result.failure, null)
})

test("every bug on the list can still be planted", async () => {
  for (const bug of plantedBugs) {
    const takeOut = await plant(database, bug)
    await takeOut()
  }
})
