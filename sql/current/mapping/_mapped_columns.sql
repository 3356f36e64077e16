-- The mapped fields of an object, {field, column, type} each, in the order of the table's columns, with its types. Reads the mapping
-- and the catalog only.
create or replace function sf_shadow._mapped_columns(of_object text) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('field', f.field, 'column', f.column_name,
    'type', coalesce(format_type(a.atttypid, a.atttypmod), f.column_type)) order by a.attnum, f.column_name), '[]')
  from sf_shadow.field f
  join sf_shadow.object o on o.object = f.object
  left join pg_attribute a on a.attrelid = to_regclass(format('public.%I', o.shadow_table)) and a.attname = f.column_name
  where f.object = of_object
$$;
