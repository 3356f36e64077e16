import type { PlantedBug } from "./plant.ts"

/** Versions that are kept (docs/mapping.md): each row has one open version, which is equal to it, and they never overlap. */
export const versions: readonly PlantedBug[] = [
  {
    name: "what a batch writes has no version",
    rule: "-",
    sql: [
      {
        of: "_write_changes",
        text: "  perform sf_shadow._changes_to_history(of_object);\n",
        by: "",
      },
    ],
  },
  {
    name: "the versions of children that go with their parent stay open",
    rule: "8",
    sql: [
      {
        of: "_remove_children",
        text: "perform sf_shadow._rows_to_history(child.object, removed.ids, removed.untils, array_fill(true, array[cardinality(removed.ids)]));",
        by: "",
      },
    ],
  },
  {
    name: "the version of a row that gives way stays open",
    rule: "9",
    sql: [
      {
        of: "_changes_to_history",
        text: "where c.verdict in ('replace', 'keep') and c.error is null or c.yields",
        by: "where c.verdict in ('replace', 'keep') and c.error is null",
      },
    ],
  },
  {
    name: "the versions of its children stay open",
    rule: "9",
    sql: [
      {
        of: "_reject_children",
        text: "perform sf_shadow._rows_to_history(child.object, removed,",
        by: "perform sf_shadow._rows_to_history(child.object, '{}',",
      },
    ],
  },
  {
    name: "a version begins at its own time though the one before it has ended later",
    rule: "-",
    sql: [
      {
        of: "_write_history_source",
        text: "else greatest(s.updated_at, h.valid_to) end",
        by: "else s.updated_at end",
      },
    ],
  },
]
