import { playHistories } from "./convergence/running_service/histories.ts"

// Repeat one: node --import tsx test/convergence/running_service/one.ts SEED
// Thousands: node --import tsx test/convergence/running_service/many.ts FIRST_SEED COUNT
// The same each time, so that a red run says something about the change; many.ts looks for new ones.
const first = Number(process.env.SEED ?? 1)
playHistories(
  Array.from({ length: 18 }, (_, at) => first + at),
  6,
)
