import type { PlantedBug } from "./plant.ts"

/** What is said to be known (rule 10). */
export const claims: readonly PlantedBug[] = [
  {
    name: "a record whose row gave way is missing since its refusal, not since its creation",
    rule: "10",
    sql: [{ of: "_yield_values", text: "least(c.doubt_since, g.missing_since)", by: "c.doubt_since" }],
  },
  {
    name: "a keepalive proves its own time, with no allowance for what is still to be published",
    rule: "10",
    sql: [{ of: "object_claim", text: "- setting.publish_delay", by: "" }],
  },
  {
    name: "records in doubt do not hold back fresh_as_of",
    rule: "10",
    sql: [{ of: "lag", text: "dirty.since, reject.since", by: "reject.since" }],
  },
  {
    name: "a partial update raises synced_at of a dirty row",
    rule: "10",
    sql: [
      {
        of: "_synced_at",
        text: "least(e_commit, hole_from, dirty_since, doubt_since)",
        by: "least(e_commit, hole_from)",
      },
    ],
  },
  {
    name: "a partial update raises synced_at behind a hole",
    rule: "10",
    sql: [{ of: "_synced_at", text: "least(e_commit, hole_from, ", by: "least(e_commit, " }],
  },
]
