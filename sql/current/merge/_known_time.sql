-- Rule 5b: a bound of what is known of a record by a read: its row's own read, or the last complete full load (full_time, null
-- where there is none), where that counts. Its end counts for every row that is present: older reads win less. Its beginning
-- counts for those that are not listed as dirty or rejected.
-- Reads nothing, and is inlined by the planner: hence no search_path.
create or replace function sf_shadow._known_time(own_time timestamptz, full_time timestamptz, full_counts boolean) returns timestamptz
language sql immutable as $$
  select case when full_counts then greatest(own_time, full_time) else own_time end
$$;
