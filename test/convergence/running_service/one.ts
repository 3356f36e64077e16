import { test } from "node:test"
import { playHistory } from "./history.ts"

// One history, repeated: node --import tsx test/convergence/running_service/one.ts SEED
const seed = Number(process.argv[2])
test(`history ${seed}`, async (t) => {
  console.log(JSON.stringify(await playHistory(t, seed)))
})
