-- Sees to it that events_to_shadow folds what a stream has received, now. Produces: the job. Safe to repeat: one waiting job
-- per stream. One that is put off (_tell_of_events) is due now; one that is due keeps its place among the others.
create or replace function sf_shadow.add_events_job(of_stream_id integer) returns void
language plpgsql set search_path = '' as $$
declare
  of_key constant text := 'events_to_shadow:' || of_stream_id;
begin
  perform sf_shadow._add_keyed_job(
    identifier => 'events_to_shadow',
    payload => json_build_object('stream_id', of_stream_id),
    queue_name => of_key,
    job_key => of_key,
    job_key_mode => case
      when exists (select from sf_shadow_worker.jobs j where j.key = of_key and j.run_at > now()) then 'replace'
      else 'preserve_run_at' end
  );
end
$$;
