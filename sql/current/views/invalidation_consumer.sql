-- Do the caches keep up? One row per object and consumer of the outbox. behind: outbox rows not acknowledged yet;
-- lag_seconds: age of the oldest of them. An alert belongs on state <> 'current' for more than a minute.
create or replace view public.sf_shadow_invalidation_consumer as
select
  c.object, c.consumer,
  case
    when c.seen_at < now() - interval '5 minutes' then case when c.lost then 'overrun' else 'dead' end
    when c.seq is null then 'clearing'
    when c.lag_seconds > 60 then 'behind'
    else 'current'
  end as state,
  case
    when c.problem is not null then 'stands still since ' || sf_shadow._iso_time(c.problem_since) || ': ' || c.problem
    when c.seen_at < now() - interval '5 minutes' then 'not seen since ' || sf_shadow._iso_time(c.seen_at)
      || ': start it, or forget it by: delete from sf_shadow.invalidation_consumer where consumer = ' || quote_literal(c.consumer)
    when c.seq is null then 'everything of this object is being cleared'
  end as reason,
  c.seq, c.behind,
  coalesce(c.lag_seconds, 0) as lag_seconds,
  c.seen_at
from (
  select c.*, s.invalidation_seq - c.seq as behind,
    c.seq < s.invalidation_seq and waiting.committed_at is null as lost,
    extract(epoch from now() - case when c.seq < s.invalidation_seq then coalesce(waiting.committed_at, c.seen_at) end)
      ::double precision as lag_seconds
  from sf_shadow.invalidation_consumer c
  join sf_shadow.object_state s on s.object = c.object
  left join sf_shadow.invalidation waiting on waiting.object = c.object and waiting.seq = c.seq + 1
) c;
