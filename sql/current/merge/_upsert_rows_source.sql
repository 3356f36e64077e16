-- The body of an object's upsert_rows (_upsert_rows). Reads nothing.
create or replace function sf_shadow._upsert_rows_source(mapping sf_shadow.object_mapping) returns text
language sql stable set search_path = '' as $$
  select format($sql$
begin
  insert into %1$s (%2$s, %3$s, updated_at, raw_payload, synced_at, system_modstamp, read_id,
    commit_timestamp, commit_number, sequence_number)
  select record_id, %4$s, updated_at, fields, synced_at, system_modstamp, read_id,
    commit_timestamp, commit_number, sequence_number
  from pg_temp.change
  where verdict in ('replace', 'keep') and not absent and error is null
    and (record_ids is null or record_id = any (record_ids))
  on conflict (%2$s) do update set %5$s, updated_at = excluded.updated_at, raw_payload = excluded.raw_payload,
    synced_at = excluded.synced_at, system_modstamp = excluded.system_modstamp, read_id = excluded.read_id,
    commit_timestamp = excluded.commit_timestamp, commit_number = excluded.commit_number,
    sequence_number = excluded.sequence_number;
end
$sql$, mapping.shadow_table, mapping.key_column, mapping.column_names, mapping.column_values, mapping.column_updates)
$$;
