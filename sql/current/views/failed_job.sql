-- Which jobs are out of attempts, and why? One row per job; empty when all is well. An hour after its last failure
-- watch_workers (crontab) gives each one more attempt, until it succeeds; a new job of the same key takes its place.
-- Tasks that are tried once (those that change the mapping) are not tried again, and are forgotten after a day.
--   job_id, task, key    as the queue knows it; key names the object or stream
--   attempts             how often it was tried
--   failed_at            the last time; retried_at: when it is tried again by itself
--   error                what the last attempt said, its first 300 characters
create or replace view public.sf_shadow_failed_job as
select job.id as job_id, job.task_identifier as task, job.key, job.attempts::integer as attempts,
  job.updated_at as failed_at, case when task.is_once is not true then job.updated_at + interval '1 hour' end as retried_at,
  left(regexp_replace(job.last_error, '\s+', ' ', 'g'), 300) as error
from sf_shadow_worker.jobs job
left join sf_shadow.task on task.task = job.task_identifier
where job.locked_at is null and job.attempts >= job.max_attempts
  -- Without its key it was superseded while it ran: its successor does its work.
  and job.key is not null;
