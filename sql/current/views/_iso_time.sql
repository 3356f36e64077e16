-- A time in a text for people: 2026-11-23T10:00:00Z, whatever the time zone and the DateStyle of who reads the text (a
-- cast shows a German session another one). Whole seconds, the fraction cut off. Infinity as Postgres writes it.
-- Reads nothing, and is inlined by the planner: hence no search_path.
create or replace function sf_shadow._iso_time(of_time timestamptz) returns text
language sql stable as $$
  select coalesce(to_char(of_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), of_time::text)
$$;
