-- The plan by which the versions of a mirrored object are kept from now on, or kept no more, with the statements that keep_history
-- runs. The rows that are there become the first versions, each valid from its own time. Raises SF014, with what to do, for what cannot
-- be. Reads only.
create or replace function sf_shadow._plan_history(of_object text, kept boolean, drop_data boolean) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  mirrored sf_shadow.object;
  columns jsonb;
  fault text;
  statements text[];
begin
  select o.* into mirrored from sf_shadow.object o where o.object = of_object;
  select jsonb_agg(jsonb_build_object('field', f.field, 'column', f.column_name,
    'type', coalesce(format_type(a.atttypid, a.atttypmod), f.column_type),
    'is_key', f.is_unique or f.field = mirrored.parent_field and mirrored.parent_field is not null) order by a.attnum, f.column_name)
  into columns
  from sf_shadow.field f
  left join pg_attribute a on a.attrelid = to_regclass(format('public.%I', mirrored.shadow_table)) and a.attname = f.column_name
  where f.object = of_object;
  fault := case
    when kept and mirrored.history_table is not null
      then format('the versions of %s are kept already, in public.%I', of_object, mirrored.history_table)
    when kept and drop_data then '--drop-data, or "drop_data", is for versions that are kept no more'
    when kept then sf_shadow._history_fault(of_object, mirrored.shadow_table, columns)
    when mirrored.history_table is null then format('the versions of %s are not kept', of_object)
  end;
  if fault is not null then
    raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;

  if kept then
    statements := sf_shadow._history_statements(jsonb_build_object('object', of_object, 'table', mirrored.shadow_table,
      'key', mirrored.key_column, 'columns', columns))
      || format('insert into public.%I (%I, valid_from, %s) select %2$I, updated_at, %3$s from public.%4$I',
        sf_shadow._history_name(mirrored.shadow_table), mirrored.key_column,
        (select string_agg(quote_ident(c ->> 'column'), ', ') from jsonb_array_elements(columns) c), mirrored.shadow_table);
  else
    statements := array[format('update sf_shadow.object set history_table = null where object = %L', of_object)]
      || case when drop_data then array[format('drop table if exists public.%I', mirrored.history_table)] else '{}' end;
  end if;
  return jsonb_build_object('object', of_object, 'table', mirrored.shadow_table, 'kept', kept, 'history_table',
    coalesce(mirrored.history_table, sf_shadow._history_name(mirrored.shadow_table)), 'dropped', drop_data,
    'statements', to_jsonb(statements));
end
$$;
