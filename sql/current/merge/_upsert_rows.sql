-- Consumes: pg_temp.change (null: all of its records). Produces: the rows of the shadow table. What the mapping implies
-- was checked ahead; a table may have further constraints of its operators, and indexes that take no long text. When one
-- of those refuses a record the records are halved until the bad one stands alone and is set aside (rule 9): one bad
-- record never holds back its batch.
create or replace function sf_shadow._upsert_rows(of_object text, record_ids text[]) returns void
language plpgsql set search_path = '' as $$
declare
  mapping record;
  ids text[];
  middle integer;
  refused_by text;
begin
  select * into mapping from sf_shadow._record_to_row(of_object);
  execute format($sql$
    insert into %1$s (%2$s, %3$s, updated_at, raw_payload, synced_at, system_modstamp, read_id,
      commit_timestamp, commit_number, sequence_number)
    select record_id, %4$s, updated_at, fields, synced_at, system_modstamp, read_id,
      commit_timestamp, commit_number, sequence_number
    from pg_temp.change
    where verdict in ('replace', 'keep') and not absent and error is null%6$s
    on conflict (%2$s) do update set %5$s, updated_at = excluded.updated_at, raw_payload = excluded.raw_payload,
      synced_at = excluded.synced_at, system_modstamp = excluded.system_modstamp, read_id = excluded.read_id,
      commit_timestamp = excluded.commit_timestamp, commit_number = excluded.commit_number,
      sequence_number = excluded.sequence_number
  $sql$, mapping.shadow_table, mapping.key_column, mapping.column_names, mapping.column_values, mapping.column_updates,
    case when record_ids is not null then ' and record_id = any ($1)' end)
  using record_ids;
exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
  ids := coalesce(record_ids, array(select c.record_id from pg_temp.change c
    where c.verdict in ('replace', 'keep') and not c.absent and c.error is null));
  if cardinality(ids) = 1 then
    get stacked diagnostics refused_by = constraint_name;
    update pg_temp.change c set error = array[sqlstate, sqlerrm, nullif(refused_by, '')] where c.record_id = ids[1];
    return;
  end if;
  middle := cardinality(ids) / 2;
  perform sf_shadow._upsert_rows(of_object, ids[:middle]);
  perform sf_shadow._upsert_rows(of_object, ids[middle + 1:]);
end
$$;
