-- When the next poll of an object is due, by this database's clock: an interval after the last one began, now where there was none.
-- While a full load merges its pages: in half a minute; but one that the API budget holds back (rule 14), or that stands still, is
-- not waited for. Null where it is not polled, is paused, or was never loaded. Reads only.
create or replace function sf_shadow._poll_due_at(of_object text) returns timestamptz
language sql stable set search_path = '' as $$
  select greatest(s.polled_at + o.poll_every,
    case when exists (
      select from sf_shadow.run r cross join sf_shadow.setting setting
      where r.object = of_object and r.kind = 'full' and r.state in ('loading', 'sweeping') and r.paused_until is null
        and r.progressed_at > now() - setting.stands_still_after)
      then now() + interval '30 seconds' end, '-infinity')
  from sf_shadow.object o
  join sf_shadow.object_state s on s.object = o.object
  where o.object = of_object and o.poll_every is not null and o.enabled and s.delta_from is not null
$$;
