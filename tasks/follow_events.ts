import type { TaskFactory } from "../src/connections.ts"
import { followEvents } from "../src/events_to_shadow/follow.ts"

/** Folds the events of all streams as they are appended, for as long as they flow. One process does at a time. */
const task: TaskFactory = (connections) => (_payload, helpers) =>
  followEvents(connections, helpers.abortSignal ?? new AbortController().signal)

export default task
