import { status } from "@grpc/grpc-js"
import type { Mishap } from "./mishaps.ts"

const ends = ["drop", "unavailable", "rst", "auth", "end", "silent"] as const

/** The stream ends, stays silent, or loses its position; a schema changes or cannot be had. */
export const streamFaults: readonly Mishap[] = [
  ...ends.map(
    (name): Mishap => [
      2,
      `pubsub.${name}`,
      ({ simulator, random }) => simulator.org.faults.arm(`pubsub.${name}`, { times: 1 + random.below(3) }),
    ],
  ),
  [
    1,
    "replay id rejected",
    ({ simulator }) => {
      const message = "The Replay ID validation failed. Ensure that the Replay ID is valid."
      const code = "subscription.fetch.replayid.corrupted"
      simulator.org.faults.arm("pubsub.error", { code, status: status.INVALID_ARGUMENT, message })
    },
  ],
  [1, "event log purged", ({ simulator }) => simulator.pubsub.log.purge()],
  [1, "event log reset", ({ simulator }) => simulator.pubsub.log.reset()],
  [
    2,
    "schema not to be had",
    ({ simulator, random }) => {
      const message = "The schema service is unavailable. Try again later."
      const fault = { code: "schema.api.unavailable", status: status.UNAVAILABLE, message }
      simulator.org.faults.arm("pubsub.schema-unavailable", { ...fault, times: 1 + random.below(2) })
      simulator.org.faults.arm("pubsub.schema-change", {
        object: "Product2",
        times: Number.POSITIVE_INFINITY,
      })
    },
  ],
  [
    2,
    "schema changes",
    ({ simulator, random }) => {
      const object = random.pick(["Product2", "PricebookEntry", "Account"])
      if (random.chance(0.5)) simulator.org.faults.disarm("pubsub.schema-change")
      else simulator.org.faults.arm("pubsub.schema-change", { object, times: Number.POSITIVE_INFINITY })
    },
  ],
]
