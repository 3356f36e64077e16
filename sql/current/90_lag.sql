-- Is it keeping up? One row per object, for operators and Grafana (rule 10). All times on Salesforce's clock:
-- for every change published and committed before fresh_as_of, the shadow holds that version or a later one;
-- fresh_except_listed says the same without the records that are listed as dirty or rejected.
-- Reads small tables only: no count or minimum over a shadow table.
create or replace view public.sf_shadow_lag as
with fresh as (
  select c.*, dirty.records as dirty, reject.records as rejected, verified.verified_at, verified.drift as drift_rows,
    -- A record that may be missing since nobody knows when leaves nothing to claim.
    case when c.fresh_except_listed is not null then nullif(least(c.fresh_except_listed, dirty.since, reject.since), '-infinity') end as fresh_as_of
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
    when f.claimed is null or f.hole_from is not null or now() - f.fresh_except_listed > interval '15 minutes' then 'stale'
    when f.dirty > 0 or now() - f.fresh_except_listed > interval '3 minutes' then 'catching up'
    else 'fresh'
  end as state,
  coalesce(f.reason, case
    when f.dirty > 0 then f.dirty || ' records wait to be read again'
    when f.rejected > 0 then f.rejected || ' records cannot be stored: see sf_shadow_reject'
  end) as reason,
  f.row_count as rows,
  f.fresh_as_of,
  f.fresh_except_listed,
  f.proven_as_of,
  case when f.claimed is not null then greatest(extract(epoch from now() - f.fresh_except_listed), 0)::double precision end as lag_seconds,
  f.dirty,
  f.rejected,
  f.verified_at,
  f.drift_rows
from fresh f;
