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
  perform sf_shadow.upsert_rows(of_object, null);
end
$$;
