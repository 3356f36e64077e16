-- Gives each job that is out of attempts one more, an hour after its last failure: what failed 25 times over days is
-- hardly mended by hammering, and nobody should have to remember it. Consumes: sf_shadow_failed_job. Returns how many
-- jobs were put up again, spread over a minute. Safe to repeat.
create or replace function sf_shadow.retry_failed_jobs() returns bigint
language sql set search_path = '' as $$
  select count(*)
  from (
    select f.attempts, array_agg(f.job_id) as ids from public.sf_shadow_failed_job f where f.retried_at <= now() group by f.attempts
  ) failed
  -- Their attempts stay counted.
  cross join lateral graphile_worker.reschedule_jobs(failed.ids, run_at => now() + random() * interval '1 minute',
    max_attempts => failed.attempts + 1) put_up
$$;
