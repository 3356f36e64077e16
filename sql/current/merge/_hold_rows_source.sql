-- The body of an object's hold_rows (_hold_rows). Reads nothing.
create or replace function sf_shadow._hold_rows_source(mapping sf_shadow.object_mapping) returns text
language sql stable set search_path = '' as $$
  select format($sql$
begin
  insert into pg_temp.held (record_id, fields, unique_value, parent_id, updated_at, synced_at, system_modstamp, read_id,
    commit_timestamp, commit_number, sequence_number, columns_differ)
  select s.%2$s, s.raw_payload, %3$s, %4$s, s.updated_at, s.synced_at, s.system_modstamp, s.read_id,
    s.commit_timestamp, s.commit_number, s.sequence_number,
    -- Concatenated, so that it is unpacked once and not for each column.
    case when with_columns then (select %5$s from (select s.raw_payload || '{}' as fields offset 0) unpacked) end
  -- Not "= any (record_ids)": the planner would weigh each of a page's ids.
  from unnest(record_ids) asked (record_id)
  join %1$s s on s.%2$s = asked.record_id;
end
$sql$, mapping.shadow_table, mapping.key_column, mapping.held_unique, mapping.held_parent, mapping.columns_differ)
$$;
