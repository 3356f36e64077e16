-- How long ago a time on Salesforce's clock was (rule 10), by that clock (`latest` of sf_shadow.salesforce_now): never below 0,
-- and null where the time is. Reads nothing, and is inlined by the planner: hence no search_path.
create or replace function sf_shadow._age(of_time timestamptz, latest timestamptz) returns interval
language sql immutable as $$
  select case when of_time is not null then greatest(latest - of_time, interval '0') end
$$;
