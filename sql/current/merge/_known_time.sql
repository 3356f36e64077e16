-- Rule 5b: a bound of what is known of a record by a read: its row's own read, or the last complete full load (full_time, null
-- where there is none), which has seen each row that is present and neither dirty nor rejected, whether it wrote it or not.
-- Reads nothing, and is inlined by the planner: hence no search_path.
create or replace function sf_shadow._known_time(own_time timestamptz, full_time timestamptz, is_listed boolean) returns timestamptz
language sql immutable as $$
  select case when is_listed then own_time else greatest(own_time, full_time) end
$$;
