-- Adds a job that waits once per key, and does not lose it: graphile-worker's add_job looks for a running job of the
-- key and then inserts, two statements; where a worker takes the waiting job between them, neither has an effect and
-- no row comes back. Work that became visible too late for that worker would then wait for the next job.
-- Produces: the job's id. Safe to repeat. Mode preserve_run_at keeps the time of a waiting job.
create or replace function sf_shadow._add_keyed_job(
  identifier text, payload json, queue_name text, job_key text,
  run_at timestamptz default null, job_key_mode text default 'replace', max_attempts integer default null
) returns bigint
language plpgsql set search_path = '' as $$
declare
  added bigint;
begin
  loop
    select (job).id into added from sf_shadow_worker.add_job(
      identifier => _add_keyed_job.identifier, payload => _add_keyed_job.payload,
      queue_name => _add_keyed_job.queue_name, run_at => _add_keyed_job.run_at,
      job_key => _add_keyed_job.job_key, job_key_mode => _add_keyed_job.job_key_mode, max_attempts => _add_keyed_job.max_attempts
    ) as job;
    exit when added is not null;
  end loop;
  return added;
end
$$;
