-- The plan by which a column of a mirrored object is filled from another field, with the statements that map_column runs. Consumes:
-- the wish {column, fields}, of one field; and describe as _plan_object takes it. Raises SF014, with what to do, for what cannot be.
-- Reads only.
create or replace function sf_shadow._plan_column_source(wish jsonb, described jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  of_object constant text := described ->> 'name';
  mirrored sf_shadow.object;
  mapped sf_shadow.field;
  planned record;
  source jsonb;
  is_held boolean;
  is_left_out boolean;
  fault text;
begin
  select o.* into mirrored from sf_shadow.object o where o.object = of_object;
  select f.* into mapped from sf_shadow.field f where f.object = of_object and f.column_name = wish ->> 'column';
  select w.* into planned from sf_shadow._wished_columns(wish, described, mirrored.key_column) w;
  source := planned.columns -> 0;
  fault := case
    when not mirrored.enabled then format('%s is paused: end that first, by resume %1$s', of_object)
    when mapped.field is null then format('public.%I has no column %s that a field fills', mirrored.shadow_table, wish ->> 'column')
    when mapped.field = mirrored.parent_field then format('%s names the parent of a row, and stays (rule 8)', mapped.field)
    when mapped.field = any (mirrored.filter_fields)
      then format('%s is in the filter of %s, and stays (rule 17)', mapped.field, of_object)
    when planned.fault is not null then planned.fault
    when source is null then format('Id is the key of %s, which has its column already', of_object)
    when exists (select from sf_shadow.field f where f.object = of_object and f.field = source ->> 'field')
      then format('%s.%s is mapped already', of_object, source ->> 'field')
    when sf_shadow._column_family(mapped.column_type) <> sf_shadow._column_family(source ->> 'type')
      then format('%s is %s, and %s.%s would need %s', mapped.column_name, mapped.column_type, of_object, source ->> 'field',
        source ->> 'type')
  end;
  if fault is not null then
    raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;

  is_held := mirrored.keep = 'all' and exists (
    select from sf_shadow.described_field d
    where d.object = of_object and d.field = source ->> 'field' and d.vanished_at is null);
  is_left_out := mirrored.keep = 'mapped' and not exists (
    select from sf_shadow.field f
    where f.object = of_object and f.field = mapped.field and f.column_name <> mapped.column_name);
  return jsonb_build_object('object', of_object, 'table', mirrored.shadow_table, 'column', mapped.column_name, 'before', mapped.field,
    'field', source ->> 'field', 'filled_from', case when is_held then 'raw_payload' else 'load' end, 'statements', to_jsonb(
    array[format('update sf_shadow.field set field = %L where object = %L and column_name = %L', source ->> 'field', of_object,
      mapped.column_name)]
    || case when is_left_out then array[format('update public.%I set raw_payload = raw_payload - %L where raw_payload ? %2$L',
      mirrored.shadow_table, mapped.field)] else '{}' end
    || format('select sf_shadow._begin_fill(%L, %L, by_load => %s)', of_object, array[source ->> 'field'], (not is_held)::text)
    || case when mirrored.compatible_schema is null then '{}' else sf_shadow._compatible_view_statements(of_object,
      mirrored.compatible_schema, (select jsonb_agg(m || case when m ->> 'column' = mapped.column_name
        then jsonb_build_object('field', source ->> 'field') else '{}' end order by place)
      from jsonb_array_elements(sf_shadow._mapped_columns(of_object)) with ordinality m (m, place))) end
    || case when mapped.field = any (mirrored.indexes) then array[format(
      'update sf_shadow.object set indexes = %L where object = %L', array_replace(mirrored.indexes, mapped.field, source ->> 'field'),
      of_object)] else '{}' end));
end
$$;
