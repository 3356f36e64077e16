-- What each run that has not ended waits for, in words, for how long it has made no progress, and whether it stands still
-- (still is null while other loads come first). Reads only.
create or replace view sf_shadow.run_wait as
select r.run_id, r.object, r.kind,
  case
    when parent.run_id is not null then 'run ' || parent.parent_run_id || ' of its parent'
    when r.paused_until is not null then 'until ' || sf_shadow._iso_time(r.paused_until) || coalesce(': ' || r.error, '')
    when greatest(r.looked_at, r.progressed_at) < now() - setting.stands_still_after
      then 'a process: none has looked at it since ' || sf_shadow._iso_time(greatest(r.looked_at, r.progressed_at))
        || '. Is a worker running? Else run the command again'
    when r.state = 'waiting' then 'Salesforce: bulk job ' || r.job_id || ' is ' || coalesce(r.job_state, 'made')
    when turn.waits then 'its turn: other loads merge their pages (LOAD_CONCURRENCY)'
    when r.state = 'loading' then 'page ' || r.pages + 1 || coalesce(' of bulk job ' || r.job_id, ' by REST')
    when r.state = 'sweeping' then 'the comparison of Ids'
    else case when r.is_poll then 'its answer' else 'its bulk job to be made' end
  end as waits_for,
  age.still,
  r.paused_until is null and coalesce(age.still > setting.stands_still_after, false) as stands_still
from sf_shadow.run r
cross join sf_shadow.setting setting
left join sf_shadow.run_parent parent on parent.run_id = r.run_id
cross join lateral (select r.state = 'loading' and not r.by_rest and r.turn_at is null
  and r.looked_at > now() - interval '1 minute' as waits) turn
cross join lateral (
  select case when parent.run_id is null and turn.waits is not true then greatest(now() - r.progressed_at, interval '0') end as still) age
where r.finished_at is null;
