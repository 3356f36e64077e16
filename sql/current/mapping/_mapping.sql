-- The mapping of an object as SQL texts, and with it the object's functions in sf_shadow_compiled. Where something has changed
-- of what they are made of (the mapping, describe, the table's own columns, this program) they are compiled anew.
-- Every path calls it first, under the lock of the object (_hold_rows, _sweep_run); what follows reads sf_shadow.object_mapping.
-- Consumes: sf_shadow.object, .field, .described_field, the catalog. Produces: sf_shadow.object_mapping, functions. Safe to repeat.
create or replace function sf_shadow._mapping(of_object text) returns sf_shadow.object_mapping
language plpgsql set search_path = '' as $$
declare
  mapping sf_shadow.object_mapping;
  made_of text;
  compiled record;
begin
  select concat_ws(';', r.revision, o.object_id, o.shadow_table, o.key_column, o.parent_object, o.parent_field, o.keep, o.query_only_fields,
    'history ' || o.history_table,
    (select string_agg(f::text, ',' order by f.column_name) from sf_shadow.field f where f.object = of_object),
    (select string_agg(concat_ws(' ', d.field, d.type, d.calculated, d.in_events, d.vanished_at is null), ',' order by d.field)
      from sf_shadow.described_field d where d.object = of_object),
    (select string_agg(concat_ws(' ', a.attname, a.atttypid, a.atttypmod), ',' order by a.attnum)
      from pg_attribute a where a.attrelid = to_regclass(format('public.%I', o.shadow_table)) and a.attnum > 0))
  into made_of
  from sf_shadow.object o
  left join sf_shadow.revision r on true
  where o.object = of_object;
  select m.* into mapping from sf_shadow.object_mapping m where m.object = of_object and m.compiled_from = md5(made_of);
  if found or made_of is null then
    return mapping;
  end if;

  insert into sf_shadow.object_mapping as known (object, compiled_as, compiled_from, shadow_table, key_column, column_names,
    column_values, column_updates, error, columns_differ, unique_value, parent_id, unique_column, parent_column, held_unique,
    held_parent)
  select of_object,
    -- Names that differ in case alone are taken for each other.
    case when length(of_object) <= 40
      and of_object = (select min(same.object) from sf_shadow.object same where lower(same.object) = lower(of_object))
      then lower(of_object) else o.object_id::text end,
    md5(made_of),
    r.shadow_table, r.key_column, r.column_names, r.column_values, r.column_updates, r.error, r.columns_differ, r.unique_value,
    r.parent_id, r.unique_column, r.parent_column, r.held_unique, r.held_parent
  from sf_shadow.object o cross join sf_shadow._record_to_row(of_object) r
  where o.object = of_object and r.shadow_table is not null
  on conflict (object) do update set (compiled_from, shadow_table, key_column, column_names, column_values, column_updates, error,
    columns_differ, unique_value, parent_id, unique_column, parent_column, held_unique, held_parent) = (excluded.compiled_from,
    excluded.shadow_table, excluded.key_column, excluded.column_names, excluded.column_values, excluded.column_updates,
    excluded.error, excluded.columns_differ, excluded.unique_value, excluded.parent_id, excluded.unique_column,
    excluded.parent_column, excluded.held_unique, excluded.held_parent)
  returning known.* into mapping;
  for compiled in select c.* from sf_shadow._compiled_functions(mapping) c loop
    if compiled.body is null then
      execute format('drop function if exists sf_shadow_compiled.%I', compiled.name);
      continue;
    end if;
    execute format('create or replace function sf_shadow_compiled.%I(%s) returns void language plpgsql set search_path = %L as %L',
      compiled.name, compiled.parameters, '', compiled.body);
  end loop;
  return mapping;
end
$$;
