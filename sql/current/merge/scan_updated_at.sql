-- Makes the bounds of updated_at exact by reading the whole shadow table under the object's lock, so only where that
-- is read anyway (an Id comparison) or nobody is in a hurry (nightly). Consumes: the shadow table.
-- Produces: sf_shadow.object_state. Safe to repeat.
create or replace function sf_shadow.scan_updated_at(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  mapping record;
  oldest timestamptz;
  newest timestamptz;
begin
  perform sf_shadow._lock_objects(array[of_object]);
  select * into mapping from sf_shadow._record_to_row(of_object);
  execute format('select min(s.updated_at), max(s.updated_at) from %s s', mapping.shadow_table) into oldest, newest;
  update sf_shadow.object_state s set oldest_updated_at = oldest, newest_updated_at = newest
  where s.object = of_object and (s.oldest_updated_at, s.newest_updated_at) is distinct from (oldest, newest);
end
$$;
