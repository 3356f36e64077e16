-- Frees the jobs of worker processes whose heartbeat has stopped (worker_silent_after), so that another one goes on with them.
-- Consumes: sf_shadow.worker. Returns how many workers were given up. Safe to repeat.
create or replace function sf_shadow.free_dead_workers() returns integer
language plpgsql set search_path = '' as $$
declare
  silent_since constant timestamptz := now() - (select s.worker_silent_after from sf_shadow.setting s);
  dead text[];
begin
  delete from sf_shadow.worker w where w.beat_at < silent_since;
  -- Whoever holds a job and has no heartbeat: killed, or from before this table knew it.
  select array_agg(distinct j.locked_by) into dead
  from sf_shadow_worker.jobs j
  where j.locked_by is not null and j.locked_at < silent_since
    and not exists (select from sf_shadow.worker w where w.worker_id = j.locked_by);
  if dead is null then
    return 0;
  end if;
  perform sf_shadow_worker.force_unlock_workers(dead);
  return cardinality(dead);
end
$$;
