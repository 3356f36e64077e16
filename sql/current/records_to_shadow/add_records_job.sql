-- Sees to it that records_to_shadow runs for an object when its earliest doubt is ripe. Produces: the job. Safe to repeat:
-- one waiting job per object, and an earlier one keeps its time (the task asks again for what remains), unless `is_anew`.
create or replace function sf_shadow.add_records_job(of_object text, is_anew boolean default false) returns void
language plpgsql set search_path = '' as $$
declare
  ripe_at timestamptz;
begin
  select min(d.not_before) into ripe_at from sf_shadow.dirty d where d.object = of_object;
  if ripe_at is not null then
    perform sf_shadow._add_keyed_job(
      identifier => 'records_to_shadow',
      payload => json_build_object('object', of_object),
      queue_name => 'records_to_shadow:' || of_object,
      -- Salesforce's clock decides what is ripe: where it has not come so far, look again, but not all the time.
      run_at => greatest(sf_shadow._salesforce_to_local(ripe_at), now() + interval '500 milliseconds'),
      job_key => 'records_to_shadow:' || of_object,
      job_key_mode => case when is_anew then 'replace' else 'preserve_run_at' end
    );
  end if;
end
$$;
