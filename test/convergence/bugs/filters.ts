import type { PlantedBug } from "./plant.ts"

/** Of an object with a filter Salesforce alone decides what is mirrored (rule 17). */
export const filters: readonly PlantedBug[] = [
  {
    name: "the filter is forgotten in the re-read",
    rule: "17",
    driver: { rereadsWithoutFilter: true },
  },
  {
    name: "an event that touches a field of the filter leaves its record as it is",
    rule: "17",
    sql: [{ of: "_doubt_filter", text: "or b.fields ?| o.filter_fields", by: "" }],
  },
  {
    name: "a create stores its record whether it meets the filter or not",
    rule: "17",
    sql: [
      {
        of: "_doubt_filter",
        text: "then 'whether it meets the filter is not known'",
        by: "then e.unusable",
      },
    ],
  },
]
