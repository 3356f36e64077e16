import { playHistories } from "./convergence/running_service/histories.ts"

// Repeat one: node --import tsx test/convergence/running_service/one.ts SEED
// Thousands: node --import tsx test/convergence/running_service/many.ts FIRST_SEED COUNT
const first = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
playHistories(
  Array.from({ length: 50 }, (_, at) => first + at),
  10,
)
