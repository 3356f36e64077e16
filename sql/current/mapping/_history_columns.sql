-- The columns that a history table has beside those of the mapping, and no mapped column may be called. Reads nothing.
create or replace function sf_shadow._history_columns() returns text[]
language sql immutable set search_path = '' as $$
  select '{valid_from,valid_to,is_deleted}'::text[]
$$;
