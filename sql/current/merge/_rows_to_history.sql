-- Writes the versions of records whose rows _write_changes has written or removed, in the transaction that did. Consumes: the shadow
-- rows as they are now, and parallel arrays of the records, when each ended, and whether by a delete: both count only where the row is
-- gone. Produces: rows of the history table, where the object has one: a record has one open version if it has a row, and
-- that shows the row's values. Call it under the object's lock. Safe to repeat: what is equal is not written.
create or replace function sf_shadow._rows_to_history(
  of_object text, record_ids text[], ended_ats timestamptz[], are_deleted boolean[]
) returns void
language plpgsql set search_path = '' as $$
begin
  if exists (select from sf_shadow.object o where o.object = of_object and o.history_table is not null) then
    execute format('select sf_shadow_compiled.%I($1, $2, $3)', 'write_history_' || (sf_shadow._mapping(of_object)).compiled_as)
    using record_ids, ended_ats, are_deleted;
  end if;
end
$$;
