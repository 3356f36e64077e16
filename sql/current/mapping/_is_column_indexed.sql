-- Whether a shadow table has an index that begins with an expression, spelled as pg_get_indexdef does but for the case. Reads the catalog.
create or replace function sf_shadow._is_column_indexed(shadow_table text, expression text) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from pg_index i
    where i.indrelid = to_regclass(format('public.%I', shadow_table)) and i.indisvalid and i.indpred is null
      and lower(pg_get_indexdef(i.indexrelid, 1, true)) = lower(expression))
$$;
