-- Trigger of shadow tables that have a view for readers that Heroku Connect had before: gives new rows their id, once for each
-- record. Not an identity column: an upsert would use up a number for each change, and 2^31 of them are soon gone. Consumes: the rows
-- that were inserted, the object's number and the key's column. Produces: sf_shadow.compatible_id. Safe to repeat.
create or replace function sf_shadow.number_records() returns trigger
language plpgsql set search_path = '' as $$
begin
  execute format('insert into sf_shadow.compatible_id (object_id, record_id) select $1, n.%I from inserted n on conflict do nothing',
    tg_argv[1]) using tg_argv[0]::smallint;
  return null;
end
$$;
