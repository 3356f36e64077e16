-- The plan by which fields of an object are mapped no more, with the statements that remove_fields runs. Names are taken in any case.
-- Raises SF014, with what to do, for what cannot be. Reads only.
create or replace function sf_shadow._plan_fields_removal(of_object text, fields text[], drop_data boolean) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  mirrored sf_shadow.object;
  going record;
  fault text;
begin
  select o.* into mirrored from sf_shadow.object o where o.object = of_object;
  select array_agg(distinct f.field::text) as fields, array_agg(f.column_name::text order by f.column_name) as column_names,
    jsonb_agg(jsonb_build_object('field', f.field, 'column', f.column_name) order by f.column_name) as columns,
    string_agg(format('%s.%s, which fills %s', of_object, f.field, f.column_name), ', ')
      filter (where f.shipped or f.required or f.is_unique)
      as needed,
    string_agg(f.field, ', ') filter (where f.field = mirrored.parent_field) as parent,
    string_agg(f.field, ', ') filter (where f.field = any (mirrored.filter_fields)) as filtered,
    count(*) = (select count(*) from sf_shadow.field every where every.object = of_object) as is_all,
    string_agg(format('drop column %I', f.column_name), ', ' order by f.column_name) as drops
  into going
  from sf_shadow.field f
  where f.object = of_object and lower(f.field) in (select lower(n) from unnest(_plan_fields_removal.fields) n);
  fault := case
    when 'id' in (select lower(n) from unnest(_plan_fields_removal.fields) n)
      then format('Id is the key of %s, and stays', of_object)
    when exists (select from unnest(_plan_fields_removal.fields) n where lower(n) not in (select lower(g) from unnest(going.fields) g))
      then format('not mapped: %s. The mapped fields of %s are %s', (
        select string_agg(left(n, 100), ', ') from unnest(_plan_fields_removal.fields) n
        where lower(n) not in (select lower(g) from unnest(going.fields) g)), of_object, (
        select string_agg(f.field, ', ' order by f.field) from sf_shadow.field f where f.object = of_object))
    when going.columns is null then '"fields" must be a list of names'
    when going.parent is not null then format('%s names the parent of a row, and stays (rule 8)', going.parent)
    when going.filtered is not null then format('%s is in the filter of %s, and stays (rule 17)', going.filtered, of_object)
    when going.needed is not null
      then format('%s, stays: functions, views and other services read it, or no row may be without it', going.needed)
    when going.is_all then format('%s would have no column left: remove the object, by objects remove %1$s', of_object)
  end;
  if fault is null and drop_data then
    select string_agg(format('%s of public.%I cannot be dropped: %s reads it. Drop that first, or leave the column',
      array_to_string(going.column_names, ', '), t.name, r.readers), '; ' order by t.place)
    into fault
    from unnest(array_remove(array[mirrored.shadow_table, mirrored.history_table], null)) with ordinality t (name, place)
    cross join sf_shadow._column_readers(t.name, going.column_names) r (readers)
    where r.readers is not null;
  end if;
  if fault is not null then
    raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;

  return jsonb_build_object('object', of_object, 'table', mirrored.shadow_table, 'columns', going.columns, 'statements', to_jsonb(
    array[format('delete from sf_shadow.field where object = %L and column_name = any (%L)', of_object, going.column_names)]
    || case when mirrored.keep = 'mapped' then array[format(
      'update public.%I set raw_payload = raw_payload - %L::text[] where raw_payload ?| %2$L', mirrored.shadow_table, going.fields)]
      else '{}' end
    || case when mirrored.compatible_schema is null then '{}' else sf_shadow._compatible_view_statements(of_object,
      mirrored.compatible_schema, (select jsonb_agg(m order by place)
        from jsonb_array_elements(sf_shadow._mapped_columns(of_object)) with ordinality m (m, place)
        where m ->> 'column' <> all (going.column_names))) end
    || case when mirrored.indexes && going.fields then array[format('update sf_shadow.object set indexes = %L where object = %L',
      array(select i from unnest(mirrored.indexes) i where i <> all (going.fields)), of_object)] else '{}' end
    || case when drop_data then array(
      select format('alter table public.%I %s', t.name, going.drops)
      from unnest(array_remove(array[mirrored.shadow_table, mirrored.history_table], null)) with ordinality t (name, place)
      order by t.place) else '{}' end));
end
$$;
