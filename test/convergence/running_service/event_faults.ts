import type { ChangeEvent } from "../../../src/simulator/org/change_event.ts"
import type { Mishap } from "./mishaps.ts"
import { objects } from "./random_transactions.ts"

/** What an event may say that is not so; each makes it unusable as it stands. */
const distortions: readonly ((event: ChangeEvent) => Partial<ChangeEvent>)[] = [
  () => ({ recordIds: [] }),
  () => ({ recordIds: ["not an id"] }),
  ({ recordIds }) => ({ recordIds: [`${recordIds[0]?.slice(0, 3)}*`] }),
  ({ recordIds }) => ({ recordIds: recordIds.map((id) => `500${id.slice(3)}`) }),
  () => ({ changedFields: ["0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"] }),
  () => ({ changedFields: ["200-0xFF"] }),
  () => ({ commitTimestamp: -1 }),
  () => ({ commitTimestamp: 9e17 }),
]

/** Events come twice, without an id, undecodable, as gaps, as an overflow, distorted, or not at all. */
export const eventFaults: readonly Mishap[] = [
  [
    3,
    "duplicates",
    ({ simulator, random }) =>
      simulator.org.faults.arm("pubsub.duplicate", {
        after: random.pick([0, 1, 5, 20]),
        times: 1 + random.below(15),
      }),
  ],
  [2, "event without replay id", ({ simulator }) => simulator.org.faults.arm("pubsub.no-replay-id", {})],
  [2, "undecodable event", ({ simulator }) => simulator.org.faults.arm("pubsub.undecodable", {})],
  [
    3,
    "distorted event",
    ({ simulator, random }) => {
      const distortion = random.pick(distortions)
      const distort = (event: ChangeEvent) => ({ ...event, ...distortion(event) })
      simulator.org.faults.arm("pubsub.distorted", { distort })
    },
  ],
  [
    3,
    "gap events",
    ({ simulator, random }) => simulator.org.faults.arm("event.gap", { times: 1 + random.below(4) }),
  ],
  [1, "overflow event", ({ simulator }) => simulator.org.faults.arm("event.overflow", {})],
  [
    1,
    "suppressed events",
    ({ simulator, random, unpublished }) => {
      const object = random.pick(objects)
      unpublished(
        object,
        simulator.org.faults.arm("event.suppressed", { object, times: 1 + random.below(2) }),
      )
    },
  ],
]
