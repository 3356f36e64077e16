import type { TestEvent } from "node:test/reporters"

/** A reporter that says which test was red first, and ends the run there. */
export default async function* firstRed(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== "test:fail") continue
    process.stdout.write(`${data.name}\n`)
    process.exit(1)
  }
  yield ""
}
