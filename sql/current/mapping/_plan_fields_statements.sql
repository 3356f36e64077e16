-- The SQL of a plan for more columns, as add_fields runs it and as people are shown it. Consumes: a plan of _plan_fields. Every
-- name and value is quoted here. Reads nothing.
create or replace function sf_shadow._plan_fields_statements(plan jsonb) returns text[]
language sql stable set search_path = '' as $$
  with columns as (
    select c ->> 'field' as field, c ->> 'column' as name, c ->> 'type' as type, place, sf_shadow._is_indexed(c) as is_indexed
    from jsonb_array_elements(plan -> 'columns') with ordinality c (c, place)
  )
  select
    array[format(E'alter table public.%I\n%s', plan ->> 'table',
      string_agg(format('  add column %I %s', name, type), E',\n' order by place))]
    || coalesce(array_agg(format('create index on public.%I (%I)', plan ->> 'table', name) order by place) filter (where is_indexed), '{}')
    || format('insert into sf_shadow.field (object, field, column_name, column_type) values%s',
      string_agg(format(E'\n  (%L, %L, %L, %L)', plan ->> 'object', field, name, type), ',' order by place))
    || format('select sf_shadow._begin_fill(%L, %L, by_load => %s)', plan ->> 'object', array_agg(field order by place),
      (plan ->> 'filled_from' = 'load')::text)
  from columns
$$;
