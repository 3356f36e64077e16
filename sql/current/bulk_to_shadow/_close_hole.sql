-- Rule 6: closes a dirty object's hole when complete runs that began after it cover it: a full one, or an Id
-- comparison beside a delta from before the hole. Consumes: sf_shadow.run. Safe to repeat.
create or replace function sf_shadow._close_hole(of_object text) returns void
language sql set search_path = '' as $$
  update sf_shadow.object_state s set hole_from = null, hole_to = null, hole_reason = null
  from sf_shadow.setting setting
  where s.object = of_object and s.hole_to < 'infinity'
    and (
      exists (select from sf_shadow.run r where r.object = of_object and r.state = 'complete' and r.kind = 'full'
        and r.read_from - setting.margin > s.hole_to)
      or exists (select from sf_shadow.run r where r.object = of_object and r.state = 'complete' and r.kind = 'ids'
        and r.read_from - setting.margin > s.hole_to)
      and exists (select from sf_shadow.run r where r.object = of_object and r.state = 'complete' and r.kind = 'delta'
        and r.read_from - setting.margin > s.hole_to and r.since <= s.hole_from - setting.margin)
    )
$$;
