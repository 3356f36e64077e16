-- What waits? One row per stream (events received and not yet folded) and per kind of job that the queue holds. Who follows
-- events holds its job while they flow: that is no work that waits, and is not among them; nor is a poll before its time.
--   kind, name     stream and its topic, or job and its task
--   waiting        events, or jobs whose turn or time has not come
--   running        jobs that a worker has taken
--   failed         jobs out of attempts: see sf_shadow_failed_job, which says when each is tried again
--   oldest_age     of the oldest event that waits, or since when the oldest job could run; null when nothing waits
create or replace view public.sf_shadow_backlog as
select 'stream' as kind, s.topic as name, s.next_seq - 1 - c.applied_seq as waiting, 0::bigint as running, 0::bigint as failed,
  now() - (select e.received_at from public.sf_shadow_event e
    where e.stream_id = s.stream_id and e.seq = c.applied_seq + 1 and e.received_day >= c.applied_day - 1) as oldest_age
from sf_shadow.stream s
join sf_shadow.stream_cursor c on c.stream_id = s.stream_id
union all
select 'job', job.task_identifier,
  count(*) filter (where job.locked_at is null and job.attempts < job.max_attempts),
  count(*) filter (where job.locked_at is not null),
  count(*) filter (where job.locked_at is null and job.attempts >= job.max_attempts and job.key is not null),
  case when bool_or(job.locked_at is not null or job.attempts < job.max_attempts) then greatest(interval '0',
    now() - min(job.run_at) filter (where job.locked_at is not null or job.attempts < job.max_attempts)) end
from sf_shadow_worker.jobs job
where not (job.task_identifier = 'follow_events' and job.locked_at is not null)
  and not (job.task_identifier = 'poll' and job.locked_at is null and job.attempts = 0 and job.run_at > now())
group by job.task_identifier;
