-- waiting, still: notes what Salesforce says of the bulk job that a run waits for; another state or count than before is
-- progress.
-- Consumes: a run that waits for this job. Produces: when it was looked at, and what was seen. Returns for how long the run
-- has gone on, and for how long without progress, both in ms by the database's clock; no row where it does not wait for this
-- job any more. Safe to repeat.
create or replace function sf_shadow.note_look(of_run_id bigint, of_job_id text, of_job_state text, of_job_records bigint)
returns table (elapsed_ms double precision, still_ms double precision)
language sql set search_path = '' as $$
  update sf_shadow.run r set
    looked_at = clock_timestamp(), job_state = of_job_state, job_records = of_job_records, error = null,
    progressed_at = case when (r.job_state, r.job_records) is distinct from (of_job_state, of_job_records)
      then clock_timestamp() else r.progressed_at end
  where r.run_id = of_run_id and r.job_id = of_job_id and r.state = 'waiting'
  returning (1000 * extract(epoch from clock_timestamp() - r.started_at))::double precision,
    (1000 * extract(epoch from clock_timestamp() - r.progressed_at))::double precision
$$;
