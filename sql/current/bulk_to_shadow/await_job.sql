-- queued -> waiting: a run's bulk job is made, and Salesforce works on it.
-- Consumes: the run, the job, the fields that it selects, and its createdDate, where its read begins. Produces: all that a
-- process needs to go on with the job (rule 13). Safe to repeat: false, and nothing is changed, where the run is not queued
-- any more, or fields were mapped meanwhile that the job does not select; the job is then nobody's.
create or replace function sf_shadow.await_job(
  of_run_id bigint, of_job_id text, of_fields text[], of_read_from timestamptz
) returns boolean
language plpgsql set search_path = '' as $$
begin
  update sf_shadow.run r set
    state = 'waiting', job_id = of_job_id, fields = of_fields, read_from = of_read_from,
    job_state = null, job_records = null, progressed_at = now(), error = null
  where r.run_id = of_run_id and r.state = 'queued'
    and (r.kind = 'ids' or cardinality(sf_shadow._unread_fields(r.object, of_fields)) = 0);
  return found;
end
$$;
