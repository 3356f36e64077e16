import type { PlantedBug } from "./plant.ts"

/** Streams, their positions and the fold (rules 2, 4 and 11). */
export const events: readonly PlantedBug[] = [
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
    name: "a mark that waits for the parent is done when that comes, whatever else is in doubt",
    rule: "15",
    sql: [
      {
        of: "_mark_dirty",
        text: "when d.waits_for = d.record_id then excluded.waits_for end",
        by: "else d.waits_for end",
      },
    ],
  },
  {
    name: "later events of a record that waits are not folded with the first",
    rule: "15",
    sql: [
      {
        of: "_fold_waiting",
        text: "waiting.first_seq - 1, '-infinity', null",
        by: "waiting.first_seq - 1, '-infinity', 1",
      },
    ],
  },
  {
    name: "an update of a parent that is missed waits for that parent",
    rule: "15",
    sql: [{ of: "_fold_events_source", text: "nullif(marked_waits_for, record_id)", by: "marked_waits_for" }],
  },
]
