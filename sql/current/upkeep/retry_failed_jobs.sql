-- Gives each job that is out of attempts one more, an hour after its last failure: what failed 25 times over days is
-- hardly mended by hammering, and nobody should have to remember it. Consumes: sf_shadow_failed_job. Returns how many
-- jobs were put up again, spread over a minute. A job that was superseded while it ran, and then failed or lost its
-- worker, has no key and no attempt left (graphile-worker takes both): it goes, and so does what is tried once, after a day.
-- Safe to repeat.
create or replace function sf_shadow.retry_failed_jobs() returns bigint
language sql set search_path = '' as $$
  select sf_shadow_worker.complete_jobs(array(
    select job.id from sf_shadow_worker.jobs job
    where job.key is null and job.locked_at is null and job.attempts >= job.max_attempts)
    || array(select f.job_id from public.sf_shadow_failed_job f
      where f.retried_at is null and f.failed_at < now() - interval '1 day'));
  select count(*)
  from (
    select f.attempts, array_agg(f.job_id) as ids from public.sf_shadow_failed_job f where f.retried_at <= now() group by f.attempts
  ) failed
  -- Their attempts stay counted.
  cross join lateral sf_shadow_worker.reschedule_jobs(failed.ids, run_at => now() + random() * interval '1 minute',
    max_attempts => failed.attempts + 1) put_up
$$;
