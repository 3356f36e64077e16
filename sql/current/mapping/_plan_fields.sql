-- The plan by which a mirrored object gets more columns (docs/mapping.md): names and types as _plan_object makes them, and the
-- statements that add_fields runs. Consumes: the wish {object, fields, column, columns}, of which the column is the name for a
-- single field, and columns are those of several; and describe as _plan_object takes it. Raises SF014, with what to do, for what
-- cannot be. Reads only.
create or replace function sf_shadow._plan_fields(wish jsonb, described jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  of_object constant text := described ->> 'name';
  mirrored sf_shadow.object;
  planned record;
  columns jsonb;
  fault text;
  plan jsonb;
begin
  select o.* into mirrored from sf_shadow.object o where o.object = of_object;
  if jsonb_typeof(wish -> 'fields') is distinct from 'array' or wish -> 'fields' = '[]' then
    raise exception '"fields" must be a list of names' using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;
  select w.* into planned from sf_shadow._wished_columns(wish, described, mirrored.key_column) w;
  columns := planned.columns;
  if wish ->> 'column' is not null and jsonb_array_length(columns) = 1 then
    columns := jsonb_build_array(columns -> 0 || jsonb_build_object('column', wish ->> 'column', 'renamed', null));
  end if;
  fault := case
    when not mirrored.enabled then format('%s is paused: end that first, by resume %1$s', of_object)
    when planned.fault is not null then planned.fault
    when columns is null then format('Id is the key of %s, which has its column already', of_object)
    when exists (select from sf_shadow.field f join jsonb_array_elements(columns) c on c ->> 'field' = f.field where f.object = of_object)
      then (select string_agg(format('%s.%s is mapped already, to %s', of_object, f.field, f.column_name), '; ' order by f.column_name)
        from sf_shadow.field f join jsonb_array_elements(columns) c on c ->> 'field' = f.field where f.object = of_object)
    when wish ->> 'column' is not null and jsonb_array_length(columns) > 1 then '--column, or "column", is for a single field'
    -- Those that were dropped count, too.
    when (select count(*) from pg_attribute a where a.attrelid = to_regclass(format('public.%I', mirrored.shadow_table)) and a.attnum > 0)
      + jsonb_array_length(columns) > 1600
      then format('public.%I would have more than 1600 columns, with those that were dropped', mirrored.shadow_table)
    else (select string_agg(n.fault, '; ') from jsonb_array_elements(columns) c
      cross join sf_shadow._column_name_fault(of_object, c ->> 'column') n (fault))
  end;
  if fault is not null then
    raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;

  plan := jsonb_build_object('object', of_object, 'table', mirrored.shadow_table, 'keep', mirrored.keep, 'columns', columns,
    -- What raw_payload holds already needs no load.
    'filled_from', case when mirrored.keep = 'all' and not exists (
      select from jsonb_array_elements(columns) c
      where not exists (select from sf_shadow.described_field d
        where d.object = of_object and d.field = c ->> 'field' and d.vanished_at is null)) then 'raw_payload' else 'load' end);
  return plan || jsonb_build_object('history_table', mirrored.history_table, 'statements',
    to_jsonb(sf_shadow._plan_fields_statements(plan)
    || case when mirrored.history_table is not null then array(
      select format('alter table public.%I add column %I %s', mirrored.history_table, c ->> 'column', c ->> 'type')
      from jsonb_array_elements(columns) with ordinality p (c, place) order by place) else '{}' end
    || case when mirrored.compatible_schema is null then '{}' else sf_shadow._compatible_view_statements(of_object,
      mirrored.compatible_schema, sf_shadow._mapped_columns(of_object) || columns) end));
end
$$;
