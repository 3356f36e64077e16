-- Sees to it that an object is polled when that is due; nothing, where it is not polled. Produces: the job, in the queue of the
-- object's other loads. A poll that fails is tried again for some minutes, and then by the next one. Safe to repeat: one waiting
-- job per object. requeue_forgotten adds one that was lost.
create or replace function sf_shadow.add_poll_job(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  due_at constant timestamptz := sf_shadow._poll_due_at(of_object);
begin
  if due_at is not null then
    perform sf_shadow._add_keyed_job(
      identifier => 'poll',
      payload => json_build_object('object', of_object),
      queue_name => 'load:' || of_object,
      run_at => greatest(now(), due_at),
      job_key => 'poll:' || of_object,
      max_attempts => 6
    );
  end if;
end
$$;
