-- What each object claims (rule 10), without looking at its records: up to when the shadow holds every published
-- change, except for the records that are listed as dirty or rejected, and why that is not now. Small tables only, and of
-- the log the one event that is next to be applied. waiting_since: when that one was received, null where none waits; after
-- a while (unapplied_after) it is a reason, whatever keeps it from being applied. age: of fresh_except_listed. A polled object
-- (poll_every) claims what its last complete delta or full load has read; catching_up_after and stale_after are the settings,
-- but of a polled object at least one, and two, polls that did not come. unfilled: which columns wait for their values,
-- though the rest of a row is as fresh as is claimed.
create or replace view sf_shadow.object_claim as
with claim as (
  select so.object, s.stream_id,
    greatest(c.applied_commit_timestamp,
      -- Everything before the keepalive is applied.
      case when c.applied_seq >= s.keepalive_seq - 1 then s.keepalive_at - setting.publish_delay end,
      -- Everything before the first event that waits is applied.
      waiting.commit_timestamp) as claimed,
    s.problem, s.problem_since, waiting.received_at as waiting_since
  from sf_shadow.stream_object so
  cross join sf_shadow.setting setting
  join sf_shadow.stream s on s.stream_id = so.stream_id
  join sf_shadow.stream_cursor c on c.stream_id = s.stream_id
  left join lateral sf_shadow._waiting_event(
    s.stream_id, case when c.applied_seq < s.next_seq - 1 then c.applied_seq + 1 end, c.applied_day) waiting on true
), known as (
  select o.object, o.enabled, state.proof_read_id is not null as is_loaded, state.row_count, state.hole_from, state.hole_reason,
    state.degraded, claim.stream_id, source.claimed, claim.problem, claim.problem_since, claim.waiting_since,
    proof.read_from - setting.margin as proven_as_of,
    case when state.proof_read_id is not null and source.claimed is not null
      then least(source.claimed, state.hole_from) end as fresh_except_listed,
    o.poll_every,
    greatest(setting.catching_up_after, 2 * o.poll_every + setting.margin) as catching_up_after,
    greatest(setting.stale_after, 3 * o.poll_every + setting.margin) as stale_after
  from sf_shadow.object o
  cross join sf_shadow.setting setting
  join sf_shadow.object_state state on state.object = o.object
  left join claim on claim.object = o.object and o.poll_every is null
  cross join lateral (select case when o.poll_every is null then claim.claimed else state.delta_from - setting.margin end as claimed)
    source
  left join sf_shadow.read proof on proof.read_id = state.proof_read_id
)
select k.object, k.enabled, k.is_loaded, k.row_count, k.hole_from, k.degraded, k.claimed, k.proven_as_of, k.fresh_except_listed,
  case
    when not k.is_loaded then 'no full load has completed: run a backfill'
    when not k.enabled then 'disabled in sf_shadow.object: '
      || case when k.poll_every is null then 'events are passed over' else 'it is not polled' end
      || ' since ' || sf_shadow._iso_time(k.hole_from)
    when k.degraded is not null then k.degraded
    when k.hole_from is not null then 'changes since ' || sf_shadow._iso_time(k.hole_from) || ' may be missing: ' || k.hole_reason
    when now() - k.waiting_since > setting.unapplied_after
      then 'events received since ' || sf_shadow._iso_time(k.waiting_since) || ' are not applied: ' || coalesce((
        select case
          when job.locked_at is not null then 'a worker is at it since ' || sf_shadow._iso_time(job.locked_at)
          when job.last_error is not null then 'the last of ' || job.attempts || ' attempts failed: '
            || left(regexp_replace(job.last_error, '\s+', ' ', 'g'), 300)
          when not exists (select from sf_shadow.worker w where w.beat_at > now() - setting.worker_silent_after) then 'no worker runs'
          else 'their job waits for its turn' end
        from sf_shadow_worker.jobs job
        where job.key = 'events_to_shadow:' || k.stream_id), 'their job is lost and will be queued anew')
    when k.problem is not null then 'the stream stands still since ' || sf_shadow._iso_time(k.problem_since) || ': ' || k.problem
    when k.claimed is null then 'no change events have been applied yet'
    when told.age > k.catching_up_after
      then coalesce('it is polled every ' || sf_shadow._interval_text(k.poll_every) || ', and nothing was read', 'nothing was heard')
        || ' of changes after ' || sf_shadow._iso_time(k.fresh_except_listed) || coalesce((
        select ': ' || left(last.error, 300)
        from (select r.error from sf_shadow.run r where r.object = k.object and r.kind = 'delta' and k.poll_every is not null
          order by r.run_id desc limit 1) last), '')
  end as reason,
  k.waiting_since, told.age,
  (select 'columns that were added wait for their values: ' || string_agg(f.column_name, ', ' order by f.column_name)
    from sf_shadow.field f where f.object = k.object and f.unfilled_until is not null) as unfilled,
  k.poll_every, k.catching_up_after, k.stale_after
from known k
cross join sf_shadow.setting setting
cross join sf_shadow.salesforce_now clock
cross join lateral (select sf_shadow._age(k.fresh_except_listed, clock.latest) as age) told;
