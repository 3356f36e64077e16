-- The load that a run lets go first (parent_run_id): the one of its parent, of the same kind and begun before, so that its records
-- find their parents (rule 8). No row: none, or one that goes on no more; what comes without its parent is read again then. Reads
-- only.
create or replace view sf_shadow.run_parent as
select r.run_id, max(p.run_id) as parent_run_id
from sf_shadow.run r
join sf_shadow.object o on o.object = r.object
join sf_shadow.run p on p.object = o.parent_object and p.kind = r.kind and p.run_id < r.run_id
where r.state in ('queued', 'loading') and r.turn_at is null and r.kind in ('full', 'delta')
  -- A job that failed is made anew within a minute; what the API budget holds back may be for hours.
  and p.finished_at is null and coalesce(p.paused_until < now() + interval '2 minutes', true)
  -- The longest that a driver waits before it looks again is half of that.
  and (greatest(p.looked_at, p.progressed_at, p.paused_until) > now() - interval '1 minute'
    or p.object in (select d.object from sf_shadow.driven_object d))
group by r.run_id;
