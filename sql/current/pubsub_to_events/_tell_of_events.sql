-- Says that a stream has received events: to whom follows them, or else to the queue. NOTIFY is a hint: a job is there
-- in any case, so that a follower which dies, or hears nothing, is not waited for. While one is there, the job is put off;
-- when it is due, most often all is done. Consumes: lock space 21324, which the follower holds (follow.ts): in this order,
-- after the stream's row is locked, so that unfollow_events waits for an append that has seen it held.
-- Produces: a notification, or a job. Safe to repeat.
create or replace function sf_shadow._tell_of_events(of_stream_id integer) returns void
language plpgsql set search_path = '' as $$
declare
  of_key constant text := 'events_to_shadow:' || of_stream_id;
begin
  if pg_try_advisory_xact_lock_shared(21324, 0) then
    perform sf_shadow.add_events_job(of_stream_id);
    -- It has a place of its own, also where all others are taken by longer work.
    perform sf_shadow.add_follow_job();
    return;
  end if;
  perform pg_notify('sf_shadow_events', of_stream_id::text);
  -- One that is due within the second might be taken, and done, before this transaction is committed.
  if not exists (select from sf_shadow_worker.jobs j
    where j.key = of_key and j.locked_at is null and j.run_at > now() + interval '1 second')
  then
    perform sf_shadow._add_keyed_job(
      identifier => 'events_to_shadow', payload => json_build_object('stream_id', of_stream_id), queue_name => of_key,
      run_at => now() + interval '5 seconds', job_key => of_key, job_key_mode => 'preserve_run_at');
  end if;
end
$$;
