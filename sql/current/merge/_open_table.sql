-- Produces: an empty temporary table with the caller's columns, which lasts as long as the session. One that the session
-- has with other columns, from before a deploy, is made anew. Safe to repeat: it empties what is there.
create or replace function sf_shadow._open_table(of_name text, columns text) returns void
language plpgsql set search_path = '' set client_min_messages = 'warning' as $$
declare
  -- Of the session, and taken back with a transaction that fails, as the table is.
  columns_known constant text := 'sf_shadow.columns_of_' || of_name;
begin
  if to_regclass('pg_temp.' || of_name) is not null and current_setting(columns_known, true) = md5(columns) then
    -- Not truncated: that would have the session plan anew all that reads it.
    execute format('delete from pg_temp.%I', of_name);
    return;
  end if;
  execute format('drop table if exists pg_temp.%I', of_name);
  execute format('create temporary table %I (%s) on commit delete rows', of_name, columns);
  perform set_config(columns_known, md5(columns), false);
end
$$;
