import type { PlantedBug } from "./plant.ts"

/** Parents and children, and records that cannot be stored (rules 8 and 9). */
export const rejects: readonly PlantedBug[] = [
  {
    name: "children go with their parent without weak tombstones",
    rule: "8",
    sql: [
      {
        of: "_remove_children",
        text: "false, true, parent_id, deleted_until\n        from gone",
        by: "false, true, parent_id, deleted_until\n        from gone where false",
      },
    ],
  },
  {
    name: "children go with their parent without being read again",
    rule: "8",
    sql: [
      {
        of: "_remove_children",
        text: "array_agg(deleted_until + $4 + interval '1 second'), array_agg(%4$L || parent_id || ' was deleted'))\n      from gone",
        by: "array_agg(deleted_until + $4 + interval '1 second'), array_agg(%4$L || parent_id || ' was deleted'))\n      from gone having false",
      },
    ],
  },
  {
    name: "an event of a child is applied though its parent was deleted later",
    rule: "8",
    sql: [{ of: "_judge_event", text: "when e_commit <= parent_deleted_until then 'dirty'", by: "" }],
  },
  {
    name: "the children of a row that gives way are not listed",
    rule: "8",
    sql: [
      {
        of: "_reject_children",
        text: "left join sf_shadow.read read on read.read_id = gone.read_id\n",
        by: "left join sf_shadow.read read on read.read_id = gone.read_id where false\n",
      },
    ],
  },
  {
    name: "rejects of a rejected parent that went and came are left as they are",
    rule: "8",
    sql: [
      {
        of: "_parents_to_children",
        text: "on r.object = $4 and r.parent_id = p.record_id",
        by: "on false",
      },
    ],
  },
  {
    name: "a reject is not read again when what it waits for changes",
    rule: "9",
    sql: [{ of: "_write_changes", text: "perform sf_shadow._mark_waiting(of_object);", by: "" }],
  },
  {
    name: "an event is judged without regard to what was refused later",
    rule: "9",
    sql: [
      {
        of: "_judge_event",
        text: "e_commit <= refused_until and not coalesce(",
        by: "false and not coalesce(",
      },
    ],
  },
  {
    name: "an old row of a reject keeps its value",
    rule: "9",
    sql: [
      {
        of: "_set_aside_contested",
        text: "when c.verdict in ('replace', 'keep') then",
        by: "when c.verdict in ('replace', 'keep') and c.error is null then",
      },
      {
        of: "_set_aside_contested",
        text: "when refused.record_id is not null then refused.claimed_value",
        by: "",
      },
    ],
  },
  {
    name: "who waits for a value is not read again when its holder, refused, gives it up",
    rule: "9",
    sql: [{ of: "_mark_waiting", text: "c.present and not c.yields", by: "c.present and c.error is null" }],
  },
  {
    name: "a page of a load settles a contested value",
    rule: "9",
    sql: [
      { of: "_clear_run_marks", text: "and not sf_shadow._contests_value(d.object, d.record_id)", by: "" },
    ],
  },
]
