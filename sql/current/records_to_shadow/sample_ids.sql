-- A random sample of an object's ids for verify, without reading the whole table where it is large.
-- Consumes: the shadow table and its exact row count. Reads only.
create or replace function sf_shadow.sample_ids(of_object text, sample_size integer) returns text[]
language plpgsql set search_path = '' as $$
declare
  mapping record;
  row_count bigint;
  ids text[];
begin
  select * into mapping from sf_shadow._record_to_row(of_object);
  select s.row_count into row_count from sf_shadow.object_state s where s.object = of_object;
  -- Twice as many as asked for, so that chance seldom gives too few; small tables are taken whole.
  execute format($sql$
    select array_agg(sample.id)
    from (select s.%2$s as id from %1$s s tablesample bernoulli (%3$s) order by random() limit $1) sample
  $sql$, mapping.shadow_table, mapping.key_column, least(100, 200.0 * sample_size / greatest(row_count, 1)))
  into ids using sample_size;
  return coalesce(ids, '{}');
end
$$;
