import type { PlantedBug } from "./plant.ts"

/** Full records: which version wins, what is read again, what a comparison removes (rules 5 to 7). */
export const reads: readonly PlantedBug[] = [
  { name: "the margin is 0", rule: "5", driver: { marginMs: 0 } },
  {
    name: "updated_at is the clock: whichever bears the newer stamp wins",
    rule: "5",
    sql: [
      {
        of: "_judge_full_record",
        text: "when f_read_from - margin > greatest(r_commit, r_read_to, '-infinity') then 'replace'",
        by: "when f_sm >= greatest(r_commit, r_sm) then 'replace' when f_sm < greatest(r_commit, r_sm) then 'ignore'",
      },
    ],
  },
  {
    name: "a full read wins over events that may be later than its snapshot",
    rule: "5",
    sql: [
      {
        of: "_judge_full_record",
        text: "when f_read_from - margin > greatest(r_commit, r_read_to, '-infinity') then 'replace'",
        by: "when f_read_to > greatest(r_commit, r_read_to) then 'replace'",
      },
    ],
  },
  {
    name: "a complete load counts for dirty rows too",
    rule: "5b",
    sql: [
      {
        of: "_known_time",
        text: "case when full_counts then greatest(own_time, full_time) else own_time end",
        by: "greatest(own_time, full_time)",
      },
    ],
  },
  {
    name: "an equal record of a dirty row is left as it is",
    rule: "5b",
    sql: [{ of: "_page_to_changes", text: "not (is_listed or changed)", by: "not changed" }],
  },
  {
    name: "a load that an older event has overtaken counts for every row",
    rule: "5b",
    sql: [{ of: "_filter_events", text: "set counts_for_rows = false", by: "set counts_for_rows = true" }],
  },
  { name: "a re-read begins at its answer's Date header", rule: "5", driver: { readFromDateHeader: true } },
  {
    name: "a bulk job's read begins when it was seen to be complete",
    rule: "5",
    sql: [
      {
        of: "begin_loading",
        text: "run.read_from, greatest(run.read_from, of_read_to)",
        by: "of_read_to, of_read_to",
      },
    ],
  },
  {
    name: "a mark is cleared without regard to its generation",
    rule: "6",
    sql: [{ of: "clear_marks", text: "and d.generation = reread.generation", by: "" }],
  },
  {
    name: "a mark that was cleared and is set again has the same generation",
    rule: "6",
    sql: [
      {
        of: "_mark_dirty",
        text: "(object, record_id, since, not_before, reason, parent_id, waits_for)",
        by: "(object, record_id, since, not_before, reason, parent_id, generation, waits_for)",
      },
      {
        of: "_mark_dirty",
        text: "max(m.parent_id)",
        by: "max(m.parent_id), 1",
      },
      { of: "_mark_dirty", text: "generation = excluded.generation", by: "generation = d.generation + 1" },
    ],
  },
  {
    name: "a re-read does not wait until the doubtful version is visible",
    rule: "6",
    sql: [
      {
        of: "_fold_events_source",
        text: "greatest(last_at, r_commit, read_to) + known.margin + interval '1 second'",
        by: "greatest(last_at, r_commit, read_to) - interval '1 hour'",
      },
    ],
  },
  {
    name: "a renewed mark forgets its oldest doubt",
    rule: "6",
    sql: [
      { of: "_mark_dirty", text: "since = least(d.since, excluded.since)", by: "since = excluded.since" },
    ],
  },
  {
    name: "a run begun before a hole's end closes it",
    rule: "6",
    sql: [
      {
        of: "_close_hole",
        text: "r.read_from - setting.margin > s.hole_to)\n      or",
        by: "true)\n      or",
      },
      {
        of: "_close_hole",
        text: "and r.read_from - setting.margin > s.hole_to)\n      and",
        by: ")\n      and",
      },
      {
        of: "_close_hole",
        text: "and r.read_from - setting.margin > s.hole_to and r.since",
        by: "and r.since",
      },
    ],
  },
  {
    name: "a delta begins where the last one ended",
    rule: "6",
    sql: [{ of: "start_run", text: "- setting.delta_overlap", by: "" }],
  },
  {
    name: "a sweep deletes whatever the job has not seen",
    rule: "7",
    sql: [
      {
        of: "_sweep_run",
        text: "greatest(s.commit_timestamp, r.read_to, refused.known_until, '-infinity') < $2 - $4 as decided",
        by: "true as decided",
      },
    ],
  },
  {
    name: "a delete leaves no tombstone",
    rule: "7",
    sql: [
      {
        of: "_write_tombstones",
        text: "where c.verdict in ('replace', 'keep') and c.absent",
        by: "where false",
      },
    ],
  },
]
