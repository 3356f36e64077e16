-- Rule 8: why a child of a rejected parent is a reject as well: {SQLSTATE, reason, field}, as pg_temp.change.error has it.
-- Reads nothing, and is inlined by the planner: hence no search_path.
create or replace function sf_shadow._rejected_parent(parent_object text, parent_id text, parent_field text) returns text[]
language sql immutable as $$
  select array['23503', parent_object || ' ' || parent_id || ' is itself rejected', parent_field]
$$;
