-- Ends the pause of an object, for operators: its events are applied again, and a delta and an Id comparison that are
-- queued now cover what was passed over; until then it is stale. Says whether that is new.
-- Security definer: operators see nothing of the machinery. An unknown object is SF006. Safe to repeat.
create or replace function public.sf_shadow_resume(object text) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  if not exists (select from sf_shadow.object o where o.object = sf_shadow_resume.object) then
    raise exception 'object % is not mirrored', coalesce(quote_literal(left(sf_shadow_resume.object, 100)), 'null')
      using errcode = 'SF006',
        hint = 'Mirrored objects: ' || (select string_agg(i.object, ', ') from sf_shadow.objects_in_order() i) || '.';
  end if;
  update sf_shadow.object o set enabled = true where o.object = sf_shadow_resume.object and o.enabled <> true;
  return found;
end
$$;
