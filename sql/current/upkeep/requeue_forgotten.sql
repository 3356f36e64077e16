-- Produces: a job for what waits without one: events behind a cursor, records in doubt or asked for by readers, holes, columns
-- that are not filled, polls and what polls cannot see. A job that ran out of attempts or was lost is thereby tried again. Safe
-- to repeat: one waiting job per stream and object.
create or replace function sf_shadow.requeue_forgotten() returns void
language plpgsql set search_path = '' as $$
begin
  perform sf_shadow.add_events_job(b.stream_id) from sf_shadow.streams_behind() b;
  perform sf_shadow.requests_to_dirty(s.object), sf_shadow.add_records_job(s.object) from sf_shadow.object_state s;
  -- A load that waits for its turn may be the one that closes the hole, or fills the columns; a poll does neither.
  perform sf_shadow._add_hole_job(s.object), sf_shadow._add_fill_job(s.object)
  from sf_shadow.object_state s
  where not exists (select from sf_shadow_worker.jobs j where j.queue_name = 'load:' || s.object and j.task_identifier <> 'poll');
  perform sf_shadow.add_poll_job(o.object)
  from sf_shadow.object o
  where o.poll_every is not null and not exists (select from sf_shadow_worker.jobs j
    -- Its turns, too, which have keys of their own.
    where j.queue_name = 'load:' || o.object and j.task_identifier = 'poll'
      and (j.locked_at is not null or j.attempts < j.max_attempts)
      -- Not one that was queued when the object was polled less often.
      and (j.key <> 'poll:' || o.object or j.locked_at is not null or j.attempts > 0
        or j.run_at <= greatest(now(), sf_shadow._poll_due_at(o.object))));
  perform sf_shadow._add_comparison_jobs();
end
$$;
