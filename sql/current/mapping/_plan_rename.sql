-- The plan by which the column of a field gets another name, with the statements that rename_field runs. The field's name is taken
-- in any case. Raises SF014, with what to do, for what cannot be. Reads only.
create or replace function sf_shadow._plan_rename(of_object text, of_field text, to_column text) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  mirrored sf_shadow.object;
  mapped sf_shadow.field;
  fault text;
begin
  select o.* into mirrored from sf_shadow.object o where o.object = of_object;
  select f.* into mapped from sf_shadow.field f
  where f.object = of_object and lower(f.field) = lower(of_field) order by f.column_name limit 1;
  fault := case
    when lower(of_field) = 'id' then format('Id is the key of %s, and keeps its name', of_object)
    when mapped.field is null then format('not mapped: %s. The mapped fields of %s are %s', left(of_field, 100), of_object,
      (select string_agg(f.field, ', ' order by f.field) from sf_shadow.field f where f.object = of_object))
    when (select count(*) from sf_shadow.field f where f.object = of_object and f.field = mapped.field) > 1
      then format('%s.%s fills more than one column: rename them by hand', of_object, mapped.field)
    when mapped.shipped then format('%s, of %s.%s, keeps its name: functions, views and other services read it', mapped.column_name,
      of_object, mapped.field)
    when mapped.column_name = to_column then format('%s.%s has the column %s already', of_object, mapped.field, to_column)
    else sf_shadow._column_name_fault(of_object, to_column)
  end;
  if fault is not null then
    raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;
  return jsonb_build_object('object', of_object, 'table', mirrored.shadow_table, 'field', mapped.field, 'column', mapped.column_name,
    'to', to_column, 'statements', to_jsonb(array(
      select format('alter table public.%I rename column %I to %I', t.name, mapped.column_name, to_column)
      from unnest(array_remove(array[mirrored.shadow_table, mirrored.history_table], null)) with ordinality t (name, place)
      order by t.place)
    || format('update sf_shadow.field set column_name = %L where object = %L and column_name = %L', to_column, of_object,
      mapped.column_name)));
end
$$;
