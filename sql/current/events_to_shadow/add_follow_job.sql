-- Has events followed as they are appended (follow.ts), where nobody does yet. Not while the fold of a stream fails, or the
-- following itself: the job that failed counts the attempts, says why, and is tried again.
-- Produces: the job. Safe to repeat: one waiting job, and whoever takes one too many ends.
create or replace function sf_shadow.add_follow_job() returns void
language plpgsql set search_path = '' as $$
begin
  if pg_try_advisory_xact_lock_shared(21324, 0) and not exists (
    select from sf_shadow_worker.jobs j
    where j.task_identifier in ('events_to_shadow', 'follow_events') and j.key is not null and j.last_error is not null)
  then
    perform sf_shadow._add_keyed_job(
      identifier => 'follow_events', payload => '{}', queue_name => null, job_key => 'follow_events',
      job_key_mode => 'preserve_run_at');
  end if;
end
$$;
