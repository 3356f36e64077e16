-- Every load, with its progress: counts in records; rate over the whole run; the difference of counts is the
-- org's COUNT() less the shadow's rows when it ended, which need not be zero (the org moves, rejects).
-- State paused: the API budget holds it back (rule 14); it goes on by itself, at paused_until at the earliest.
create or replace view public.sf_shadow_run as
select r.run_id, r.object, r.kind,
  case when r.finished_at is null and r.paused_until is not null then 'paused' else r.state end as state,
  r.reason, r.received, r.expected,
  round((100.0 * r.received / nullif(r.expected, 0)), 1)::double precision as percent,
  (r.received / nullif(extract(epoch from coalesce(r.finished_at, r.progressed_at) - r.started_at), 0))::double precision as rows_per_second,
  r.inserted, r.updated, r.deleted, r.unchanged, r.ignored, r.dirty, r.rejected, r.drift,
  r.count_in_org, r.count_in_shadow, r.count_in_org - r.count_in_shadow as difference,
  r.since, r.created_at, r.started_at, r.progressed_at, r.finished_at, r.error,
  case when r.finished_at is null then r.paused_until end as paused_until
from sf_shadow.run r;
