-- Is it keeping up? One row per object, for operators and Grafana (rule 10). Times on Salesforce's clock, and ages by it.
-- Reads small tables only: no count or minimum over a shadow table.
--   state, reason          fresh, filling, catching up, stale, degraded, paused or never loaded; and why, in words. Not fresh is also
--                          what has received an event that was not applied for a while, whatever the reason. The times
--                          are catching_up_after, stale_after and unapplied_after of sf_shadow.setting; of a polled
--                          object at least one, and two, polls that did not come
--   rows                   of the shadow table, exact: the last load's plus inserts less deletes
--   max_updated_age        age of the oldest updated_at of a row, and since_last_change of the newest: bounds that each
--                          merge moves, so nothing is older, and nothing newer, than they say. Exact after a full load
--                          and an Id comparison, and nightly; until then the row of the bound may have changed or gone
--   fresh_as_of            for every change published and committed before it, the shadow holds that version or a later
--   fresh_except_listed    the same without the records that are listed as dirty or rejected; null: nothing is claimed
--   proven_as_of           the last complete load or Id comparison: the bound for what is never published
--   lag_seconds            age of fresh_except_listed; null while nothing is claimed
--   dirty, rejected        records that wait to be read again, and that cannot be stored
--   verified_at            the last comparison with Salesforce, field by field, and its drift_rows: rows that were wrong
--                          though the object claimed to be fresh; must be 0
--   last_full_at, ..._run_id, last_delta_at, ..._run_id    the last complete load of the kind, and its run
--   changes                where they come from: a topic of the Pub/Sub API, or: polled every 5m
--   poll_every             how often it is polled; null: its change events are followed
--   filter                 the condition that mirrored records meet, in SOQL; null: all are mirrored
create or replace view public.sf_shadow_lag as
with fresh as (
  select c.*, dirty.records as dirty, reject.records as rejected, verified.verified_at, verified.drift as drift_rows,
    -- A record that may be missing since nobody knows when leaves nothing to claim.
    case when c.fresh_except_listed is not null
      then nullif(least(c.fresh_except_listed, dirty.since, reject.since), '-infinity') end as fresh_as_of
  from sf_shadow.object_claim c
  left join lateral (select v.verified_at, v.drift from sf_shadow.verification v where v.object = c.object
    order by v.verification_id desc limit 1) verified on true
  cross join lateral (select count(*) as records, min(d.since) as since from sf_shadow.dirty d where d.object = c.object) dirty
  cross join lateral (select count(*) as records, min(r.since) as since from sf_shadow.reject r where r.object = c.object) reject
)
select
  f.object,
  case
    when not f.is_loaded then 'never loaded'
    when not f.enabled then 'paused'
    when f.degraded is not null then 'degraded'
    when f.claimed is null or f.hole_from is not null or f.age > f.stale_after then 'stale'
    when f.dirty > 0 or f.age > f.catching_up_after or now() - f.waiting_since > setting.unapplied_after then 'catching up'
    when f.unfilled is not null then 'filling'
    else 'fresh'
  end as state,
  coalesce(nullif(concat_ws('; ', f.reason, f.unfilled, trouble.reason), ''), case
    when f.dirty > 0 then case f.dirty when 1 then '1 record waits' else f.dirty || ' records wait' end || ' to be read again'
    when f.rejected > 0 then case f.rejected when 1 then '1 record' else f.rejected || ' records' end
      || ' cannot be stored: see sf_shadow_reject'
  end) as reason,
  f.row_count as rows,
  f.fresh_as_of,
  f.fresh_except_listed,
  f.proven_as_of,
  extract(epoch from f.age)::double precision as lag_seconds,
  f.dirty,
  f.rejected,
  f.verified_at,
  f.drift_rows,
  case when f.row_count > 0 then sf_shadow._age(s.oldest_updated_at, clock.latest) end as max_updated_age,
  case when f.row_count > 0 then sf_shadow._age(s.newest_updated_at, clock.latest) end as since_last_change,
  last_full.finished_at as last_full_at,
  last_full.run_id as last_full_run_id,
  last_delta.finished_at as last_delta_at,
  last_delta.run_id as last_delta_run_id,
  coalesce('polled every ' || sf_shadow._interval_text(f.poll_every), o.topic) as changes,
  f.poll_every,
  o.filter
from fresh f
cross join sf_shadow.setting setting
cross join sf_shadow.salesforce_now clock
join sf_shadow.object_state s on s.object = f.object
join sf_shadow.object o on o.object = f.object
-- What keeps it from being proven, or mended: a fuse, and a load that stands still.
cross join lateral (
  select nullif(concat_ws('; ',
    'the fuse has stopped a load: ' || s.fuse_of_loads, 'the fuse has stopped re-reads: ' || s.fuse_of_rereads,
    string_agg('run ' || w.run_id || ' (' || w.kind || ') stands still and waits for ' || w.waits_for, '; ' order by w.run_id)),
    '') as reason
  from sf_shadow.run_wait w
  where w.object = f.object and w.stands_still
) trouble
left join lateral (select r.run_id, r.finished_at from sf_shadow.run r
  where r.object = f.object and r.kind = 'full' and r.state = 'complete' order by r.run_id desc limit 1) last_full on true
left join lateral (select r.run_id, r.finished_at from sf_shadow.run r
  where r.object = f.object and r.kind = 'delta' and r.state = 'complete' order by r.run_id desc limit 1) last_delta on true;
