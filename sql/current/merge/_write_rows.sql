-- Consumes: pg_temp.change after its orphans were set aside. Produces: the shadow rows, each kind in one statement, so that
-- a swap of unique values passes. A record that is a reject keeps the row it had, unless that gives way (rule 9).
create or replace function sf_shadow._write_rows(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  mapping record;
  gone text[];
  refused bigint;
begin
  select m.* into mapping from sf_shadow.object_mapping m where m.object = of_object;
  select array_agg(c.record_id) into gone from pg_temp.change c where c.verdict = 'replace' and c.absent and c.present;
  if gone is not null then
    execute format('delete from %s s using unnest($1) gone (record_id) where s.%s = gone.record_id',
      mapping.shadow_table, mapping.key_column) using gone;
  end if;
  loop
    perform sf_shadow._set_aside_contested(of_object);
    perform sf_shadow._yield_values(of_object);
    select count(*) into refused from pg_temp.change c where c.error[1] <> '23505';
    perform sf_shadow._upsert_rows(of_object, null);
    -- Whom a constraint of the operators has refused now keeps its old row, and is no claimant: who has which value is
    -- to be settled anew. (A single row that was tried without the one it swaps with has failed as well.)
    exit when refused = (select count(*) from pg_temp.change c where c.error[1] <> '23505');
    update pg_temp.change c set error = null where c.error[1] = '23505';
  end loop;
end
$$;
