-- Consumes: pg_temp.change (null: all of its records). Produces: the rows of the shadow table. What the mapping implies
-- was checked ahead; a table may have further constraints of its operators, and indexes that take no long text. When one
-- of those refuses a record the records are halved until the bad one stands alone and is set aside (rule 9): one bad
-- record never holds back its batch.
create or replace function sf_shadow._upsert_rows(of_object text, record_ids text[]) returns void
language plpgsql set search_path = '' as $$
declare
  ids text[];
  middle integer;
  refused_by text;
begin
  execute (
    select format('select sf_shadow_compiled.%I($1)', 'upsert_rows_' || m.compiled_as)
    from sf_shadow.object_mapping m where m.object = of_object) using record_ids;
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
