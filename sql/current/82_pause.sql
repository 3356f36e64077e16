-- Pauses an object, for operators: its events are passed over and its loads refused until sf_shadow_resume. The rows
-- stay and read as paused; a hole is open from what was applied (see pause_object). Says whether that is new.
-- Security definer: operators see nothing of the machinery. An unknown object is SF006. Safe to repeat.
create or replace function public.sf_shadow_pause(object text) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  if not exists (select from sf_shadow.object o where o.object = sf_shadow_pause.object) then
    raise exception 'object % is not mirrored', coalesce(quote_literal(left(sf_shadow_pause.object, 100)), 'null')
      using errcode = 'SF006',
        hint = 'Mirrored objects: ' || (select string_agg(i.object, ', ') from sf_shadow.objects_in_order() i) || '.';
  end if;
  update sf_shadow.object o set enabled = false where o.object = sf_shadow_pause.object and o.enabled <> false;
  return found;
end
$$;
