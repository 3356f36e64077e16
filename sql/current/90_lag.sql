-- Is it keeping up? One row per object, for operators and Grafana (rule 10). All times on Salesforce's clock:
-- for every change published and committed before fresh_as_of, the shadow holds that version or a later one;
-- fresh_except_listed says the same without the records that are listed as dirty or rejected.
-- Reads small tables only: no count or minimum over a shadow table.
create or replace view public.sf_shadow_lag as
with claim as (
  select so.object,
    case
      -- Nothing received and unapplied, and a keepalive that proves it.
      when c.applied_seq >= s.keepalive_seq - 1 then greatest(c.applied_commit_timestamp, s.keepalive_at - setting.publish_delay)
      else c.applied_commit_timestamp
    end as claimed,
    s.problem, s.problem_since
  from sf_shadow.stream_object so
  cross join sf_shadow.setting setting
  join sf_shadow.stream s on s.stream_id = so.stream_id
  join sf_shadow.stream_cursor c on c.stream_id = so.stream_id
), fresh as (
  select o.object, o.enabled, state.row_count, state.proof_read_id, state.hole_from, state.hole_reason, state.degraded,
    dirty.records as dirty, reject.records as rejected, proof.read_from - setting.margin as proven_as_of,
    case when state.proof_read_id is not null then least(claim.claimed, state.hole_from) end as fresh_except_listed,
    case when state.proof_read_id is not null then least(claim.claimed, state.hole_from, dirty.since, reject.since) end as fresh_as_of,
    claim.claimed, claim.problem, claim.problem_since,
    verified.verified_at, verified.drift as drift_rows
  from sf_shadow.object o
  cross join sf_shadow.setting setting
  join sf_shadow.object_state state on state.object = o.object
  left join claim on claim.object = o.object
  left join sf_shadow.read proof on proof.read_id = state.proof_read_id
  left join lateral (select v.verified_at, v.drift from sf_shadow.verification v where v.object = o.object
    order by v.verification_id desc limit 1) verified on true
  cross join lateral (select count(*) as records, min(d.since) as since from sf_shadow.dirty d where d.object = o.object) dirty
  cross join lateral (select count(*) as records, min(r.since) as since from sf_shadow.reject r where r.object = o.object) reject
)
select
  f.object,
  case
    when f.proof_read_id is null then 'never loaded'
    when not f.enabled then 'paused'
    when f.degraded is not null then 'degraded'
    when f.claimed is null or f.hole_from is not null or now() - f.fresh_except_listed > interval '15 minutes' then 'stale'
    when f.dirty > 0 or now() - f.fresh_except_listed > interval '3 minutes' then 'catching up'
    else 'fresh'
  end as state,
  case
    when f.proof_read_id is null then 'no full load has completed: run a backfill'
    when not f.enabled then 'disabled in sf_shadow.object: events are passed over since ' || f.hole_from
    when f.degraded is not null then f.degraded
    when f.hole_from is not null then 'changes since ' || f.hole_from || ' may be missing: ' || f.hole_reason
    when f.problem is not null then 'the stream stands still since ' || f.problem_since || ': ' || f.problem
    when f.claimed is null then 'no change events have been applied yet'
    when now() - f.fresh_except_listed > interval '3 minutes' then 'nothing was heard of changes after ' || f.fresh_except_listed
    when f.dirty > 0 then f.dirty || ' records wait to be read again'
    when f.rejected > 0 then f.rejected || ' records cannot be stored: see sf_shadow_reject'
  end as reason,
  f.row_count as rows,
  case when f.claimed is not null then f.fresh_as_of end as fresh_as_of,
  case when f.claimed is not null then f.fresh_except_listed end as fresh_except_listed,
  f.proven_as_of,
  case when f.claimed is not null then greatest(extract(epoch from now() - f.fresh_except_listed), 0)::double precision end as lag_seconds,
  f.dirty,
  f.rejected,
  f.verified_at,
  f.drift_rows
from fresh f;
