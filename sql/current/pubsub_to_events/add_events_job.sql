-- Sees to it that events_to_shadow folds what a stream has received. Produces: the job. Safe to repeat: one waiting job per stream.
create or replace function sf_shadow.add_events_job(of_stream_id integer) returns void
language plpgsql set search_path = '' as $$
begin
  perform sf_shadow._add_keyed_job(
    identifier => 'events_to_shadow',
    payload => json_build_object('stream_id', of_stream_id),
    queue_name => 'events_to_shadow:' || of_stream_id,
    job_key => 'events_to_shadow:' || of_stream_id,
    job_key_mode => 'preserve_run_at'
  );
end
$$;
