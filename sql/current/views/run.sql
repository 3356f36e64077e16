-- Every load, with its progress, for 90 days, and a poll for 2; the last complete one of each object and kind for good. Counts in records.
--   kind, state, reason       full, delta, or ids (Id comparison); queued, waiting (for the bulk job), loading, sweeping
--                             (deleting what is gone), complete, failed, fuse or canceled; and who asked for it
--                             paused: the API budget holds it back (rule 14), or its bulk job failed for a while and is
--                             made anew; it goes on by itself, at paused_until
--   waits_for, still          what it waits for, in words, and for how long it has made no progress (an interval, as every
--                             age); null when it has ended. After stands_still_after it stands still: see the runbook
--   received, expected        percent of it, and rows_per_second over the whole run
--   inserted ... rejected     what the records did; drift: rows that were wrong though the object claimed to be fresh
--   difference                the org's COUNT() less the shadow's rows when it ended: not always zero (the org moves; rejects)
--   since                     lower bound of SystemModstamp, for a delta; of the field by which its object is polled
--   estimated_end             at the present rate; null before the first page, while paused, and when it has ended
create or replace view public.sf_shadow_run as
select r.run_id, r.object, r.kind,
  case when r.finished_at is null and r.paused_until is not null then 'paused' else r.state end as state,
  r.reason, r.received, r.expected,
  round((100.0 * r.received / nullif(r.expected, 0)), 1)::double precision as percent,
  rate.rows_per_second,
  r.inserted, r.updated, r.deleted, r.unchanged, r.ignored, r.dirty, r.rejected, r.drift,
  r.count_in_org, r.count_in_shadow, r.count_in_org - r.count_in_shadow as difference,
  r.since, r.created_at, r.started_at, r.progressed_at, r.finished_at, r.error,
  case when r.finished_at is null then r.paused_until end as paused_until,
  case when r.finished_at is null and r.paused_until is null and r.received > 0
    then greatest(now(), r.progressed_at + (r.expected - r.received) / rate.rows_per_second * interval '1 second') end as estimated_end,
  wait.waits_for, wait.still
from sf_shadow.run r
left join sf_shadow.run_wait wait on wait.run_id = r.run_id
cross join lateral (
  select (r.received / nullif(extract(epoch from coalesce(r.finished_at, r.progressed_at) - r.started_at), 0))
    ::double precision as rows_per_second
) rate;
