-- The name of the table that keeps the versions of a shadow table's rows: 63 bytes at most. Reads nothing.
create or replace function sf_shadow._history_name(shadow_table text) returns text
language sql immutable set search_path = '' as $$
  select case when octet_length(shadow_table) > 55 then left(shadow_table, 46) || '_' || left(md5(shadow_table), 8) else shadow_table end
    || '_history'
$$;
