import type { DriverBugs } from "../world.ts"

/** A replacement in the source of a function or view; its text has to be there, so that no bug rots silently. */
export interface Replacement {
  /** A file of sql/current, without its room. */
  of: string
  text: string
  by: string
}

/** A mistake that one of the rules of docs/rules.md is there to prevent. */
export interface PlantedBug {
  name: string
  rule: string
  sql?: Replacement[]
  driver?: DriverBugs
}

/** One at a time; each has to be caught by the histories. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "an append's epoch is checked by a select instead of the update",
    rule: "2",
    sql: [
      {
        of: "pubsub_to_events",
        text: "where s.stream_id = of_stream_id and s.epoch = of_epoch",
        by: "where s.stream_id = of_stream_id",
      },
      {
        of: "pubsub_to_events",
        text: "begin\n  update sf_shadow.stream s set",
        by: `begin
  if not exists (select from sf_shadow.stream s where s.stream_id = of_stream_id and s.epoch = of_epoch) then
    raise exception 'replaced' using errcode = 'SF004';
  end if;
  update sf_shadow.stream s set`,
      },
    ],
  },
  {
    name: "the cursor is advanced to what was received, not to what was folded",
    rule: "4",
    sql: [
      {
        of: "events_to_shadow",
        text: "applied_seq = batch.last_seq",
        by: "applied_seq = (select s.next_seq - 1 from sf_shadow.stream s where s.stream_id = of_stream_id)",
      },
    ],
  },
  {
    name: "events are folded before they are filtered: the last one's verdict stands for all",
    rule: "4",
    sql: [
      { of: "_filter_events", text: "with judged as (", by: "with each_judged as (" },
      {
        of: "_filter_events",
        text: "), ordered as (",
        by: `), judged as (
      select place, seq, ord, record_id, event_id, key, missed, last_value(verdict) over (partition by record_id
        order by seq, ord rows between unbounded preceding and unbounded following) as verdict
      from each_judged
    ), ordered as (`,
      },
    ],
  },
  {
    name: "duplicates under a new replay id are not skipped",
    rule: "4",
    sql: [
      {
        of: "_judge_event",
        text: "when (e_commit, e_number, e_sequence) = (r_commit, r_number, r_sequence) then 'skip'",
        by: "when (e_commit, e_number, e_sequence) <= (r_commit, r_number, r_sequence) then 'apply'",
      },
    ],
  },
  {
    name: "an event of the second of the read's version is taken for older",
    rule: "4",
    sql: [{ of: "_judge_event", text: "when e_commit < r_sm or", by: "when e_commit <= r_sm or" }],
  },
  { name: "the margin is 0", rule: "5", driver: { marginMs: 0 } },
  {
    name: "updated_at is the clock: whichever bears the newer stamp wins",
    rule: "5",
    sql: [
      {
        of: "_judge_full_record",
        text: "when f_read_from - margin > greatest(r_commit, r_read_to) then 'replace'",
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
        text: "when f_read_from - margin > greatest(r_commit, r_read_to) then 'replace'",
        by: "when f_read_to > greatest(r_commit, r_read_to) then 'replace'",
      },
    ],
  },
  { name: "a re-read begins at its answer's Date header", rule: "5", driver: { readFromDateHeader: true } },
  {
    name: "a bulk job's read begins when it was seen to be complete",
    rule: "5",
    sql: [
      {
        of: "begin_loading",
        text: "run.read_from, greatest(run.read_from, of_read_to))",
        by: "of_read_to, of_read_to)",
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
        text: "(object, record_id, since, not_before, reason)",
        by: "(object, record_id, since, not_before, reason, generation)",
      },
      {
        of: "_mark_dirty",
        text: "(array_agg(m.reason order by m.since))[1]",
        by: "(array_agg(m.reason order by m.since))[1], 1",
      },
      { of: "_mark_dirty", text: "generation = excluded.generation", by: "generation = d.generation + 1" },
    ],
  },
  {
    name: "a re-read does not wait until the doubtful version is visible",
    rule: "6",
    sql: [
      {
        of: "_fold_events",
        text: "greatest(last_at, r_commit, read_to) + $4 + interval '1 second'",
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
    name: "a sweep deletes whatever the job has not seen",
    rule: "7",
    sql: [
      {
        of: "_sweep_run",
        text: "coalesce(greatest(s.commit_timestamp, r.read_to, refused.known_until) < $2 - $4, false) as decided",
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
    name: "a record whose row gave way is missing since its refusal, not since its creation",
    rule: "10",
    sql: [{ of: "_yield_values", text: "least(c.doubt_since, gone.missing_since)", by: "c.doubt_since" }],
  },
  {
    name: "a page of a load settles a contested value",
    rule: "9",
    sql: [
      { of: "_clear_run_marks", text: "and not sf_shadow._contests_value(d.object, d.record_id)", by: "" },
    ],
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
  {
    name: "a stream that starts at LATEST opens no hole",
    rule: "11",
    sql: [
      {
        of: "_open_hole",
        text: "where s.object = of_object;",
        by: "where s.object = of_object and cause <> 'stream';",
      },
    ],
  },
  {
    name: "a replay from the earliest event is taken for a whole one",
    rule: "11",
    sql: [{ of: "replay_to_holes", text: "  if exists (", by: "  if true or exists (" }],
  },
  {
    name: "an old event that the bus repeats proves that a replay is whole",
    rule: "11",
    sql: [{ of: "replay_to_holes", text: " and held.replay_id = replayed.replay_id", by: "" }],
  },
  {
    name: "a delta begins where the last one ended",
    rule: "6",
    sql: [{ of: "start_run", text: "- setting.delta_overlap", by: "" }],
  },
]
