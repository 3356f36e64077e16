-- Pausing an object (rule 10): while sf_shadow.object.enabled is false its events are passed over, so that a hole
-- is open from what was applied until it is enabled again; a delta then closes it. Trigger function of
-- sf_shadow.object, so that it works for any update of the column. Produces: the hole. Safe to repeat: a hole only widens.
create or replace function sf_shadow.pause_object() returns trigger
language plpgsql set search_path = '' as $$
declare
  claimed timestamptz;
begin
  perform sf_shadow._lock_objects(array[new.object]);
  if not new.enabled then
    select l.fresh_except_listed into claimed from public.sf_shadow_lag l where l.object = new.object;
    perform sf_shadow._open_hole(new.object, coalesce(claimed, clock.earliest - interval '1 hour'), 'infinity', 'paused', 'paused')
    from sf_shadow.salesforce_now clock;
  else
    perform sf_shadow._open_hole(new.object, clock.earliest, sf_shadow._hole_end(new.object), 'paused', 'paused')
    from sf_shadow.salesforce_now clock;
  end if;
  return null;
end
$$;
