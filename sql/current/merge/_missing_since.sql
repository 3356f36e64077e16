-- Since when the shadow lacks a record whose row was removed though Salesforce may well have it: all that it has held since
-- it was created. Reads nothing, and is inlined by the planner: hence no search_path, and stable.
create or replace function sf_shadow._missing_since(fields jsonb) returns timestamptz
language sql stable as $$
  select case when pg_input_is_valid(fields ->> 'CreatedDate', 'timestamptz')
    then (fields ->> 'CreatedDate')::timestamptz else '-infinity' end
$$;
