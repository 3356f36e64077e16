-- Consumes: pg_temp.change after everything doubtful was set aside. Produces: the shadow rows, each kind in one
-- statement, so that a swap of unique values passes. A record that is a reject keeps the row it had.
create or replace function sf_shadow.write_rows(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  g record;
begin
  select * into g from sf_shadow.record_to_row(of_object);
  if exists (select from pg_temp.change c where c.verdict = 'replace' and c.absent and c.present) then
    execute format('delete from %s s using pg_temp.change c where c.verdict = ''replace'' and c.absent and c.present and s.%s = c.record_id',
      g.shadow_table, g.key_column);
  end if;

  execute format($sql$
    insert into %1$s (%2$s, %3$s, updated_at, raw_payload, synced_at, system_modstamp, read_id,
      commit_timestamp, commit_number, sequence_number)
    select record_id, %4$s, updated_at, fields, synced_at, system_modstamp, read_id,
      commit_timestamp, commit_number, sequence_number
    from pg_temp.change
    where verdict in ('replace', 'keep') and not absent and error is null
    on conflict (%2$s) do update set %5$s, updated_at = excluded.updated_at, raw_payload = excluded.raw_payload,
      synced_at = excluded.synced_at, system_modstamp = excluded.system_modstamp, read_id = excluded.read_id,
      commit_timestamp = excluded.commit_timestamp, commit_number = excluded.commit_number,
      sequence_number = excluded.sequence_number
  $sql$, g.shadow_table, g.key_column, g.column_names, g.column_values, g.column_updates);
end
$$;
