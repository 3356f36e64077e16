import type { TaskFactory } from "../src/connections.ts"
import { readLimits } from "../src/salesforce/limits.ts"

/** Reads the org's daily limits into sf_shadow_api_usage (rule 14); what is stopped goes on when they have fallen. */
const task: TaskFactory =
  ({ session, budget, log }) =>
  async () => {
    try {
      await budget.observeLimits(await readLimits(session))
    } catch (err) {
      // The next turn is the retry; a failed job would stay in the queue for each one.
      log.warn(
        { event: "read_limits_failed", err },
        "the org's limits could not be read; trying again in 5 minutes",
      )
    }
  }

export default task
