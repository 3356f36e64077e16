-- What each object claims (rule 10), without looking at its records: up to when the shadow holds every published
-- change, except for the records that are listed as dirty or rejected, and why that is not now. Small tables only.
create or replace view sf_shadow.object_claim as
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
), known as (
  select o.object, o.enabled, state.proof_read_id is not null as is_loaded, state.row_count, state.hole_from, state.hole_reason,
    state.degraded, claim.claimed, claim.problem, claim.problem_since, proof.read_from - setting.margin as proven_as_of,
    case when state.proof_read_id is not null and claim.claimed is not null then least(claim.claimed, state.hole_from) end as fresh_except_listed
  from sf_shadow.object o
  cross join sf_shadow.setting setting
  join sf_shadow.object_state state on state.object = o.object
  left join claim on claim.object = o.object
  left join sf_shadow.read proof on proof.read_id = state.proof_read_id
)
select k.object, k.enabled, k.is_loaded, k.row_count, k.hole_from, k.degraded, k.claimed, k.proven_as_of, k.fresh_except_listed,
  case
    when not k.is_loaded then 'no full load has completed: run a backfill'
    when not k.enabled then 'disabled in sf_shadow.object: events are passed over since ' || k.hole_from
    when k.degraded is not null then k.degraded
    when k.hole_from is not null then 'changes since ' || k.hole_from || ' may be missing: ' || k.hole_reason
    when k.problem is not null then 'the stream stands still since ' || k.problem_since || ': ' || k.problem
    when k.claimed is null then 'no change events have been applied yet'
    when clock.latest - k.fresh_except_listed > interval '3 minutes' then 'nothing was heard of changes after ' || k.fresh_except_listed
  end as reason
from known k
cross join sf_shadow.salesforce_now clock;
