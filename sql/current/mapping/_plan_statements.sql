-- The SQL of a plan, as add_object runs it and as people are shown it. Consumes: a plan of _plan_object. Produces: the table with
-- its grants, and the rows of the mapping. Every name and value is quoted here. Reads which group roles there are.
create or replace function sf_shadow._plan_statements(plan jsonb) returns text[]
language sql stable set search_path = '' as $$
  with columns as (
    select c ->> 'field' as field, c ->> 'column' as name, c ->> 'type' as type, c ->> 'parent' as parent, place,
      sf_shadow._is_indexed(c) as is_indexed
    from jsonb_array_elements(plan -> 'columns') with ordinality c (c, place)
  ), listed as (
    select format('public.%I', plan ->> 'table') as target,
      string_agg(format(E'  %I %s%s,\n', name, type, ' not null references ' || parent || ' on delete cascade'), '' order by place)
        as defined,
      string_agg(format(E'\n  (%L, %L, %L, %L, %s)', plan ->> 'object', field, name, type, (parent is not null)::text), ','
        order by place) as mapped,
      array_agg(format('create index on public.%I (%I)', plan ->> 'table', name) order by place) filter (where is_indexed) as indexes
    from columns
  )
  select
    array[format(E'create table %s (\n  %I text primary key check (length(%2$I) = 18),\n%s', target, plan ->> 'key', defined)
      || E'  updated_at timestamptz not null,\n  raw_payload jsonb not null,\n  synced_at timestamptz not null,\n'
      || E'  system_modstamp timestamptz,\n  read_id bigint,\n  commit_timestamp timestamptz,\n  commit_number bigint,\n'
      || E'  sequence_number integer\n) with (fillfactor = 90)']
    || coalesce(indexes, '{}')
    || (
      select array_agg(format('grant select on %s to %I', target, r.rolname) order by r.rolname) from pg_roles r
      where r.rolname in ('sf_shadow_reader', 'sf_shadow_operator'))
    || format(
      E'insert into sf_shadow.object (object, shadow_table, key_column, topic, parent_object, parent_field, keep, query_only_fields,\n'
      '  poll_every, cursor_field%s)\nvalues (%L, %L, %L, %L, %L, %L, %L, %L, %L, %L%s)',
      case when filter.is_set then ', filter, filter_fields' end,
      plan ->> 'object', plan ->> 'table', plan ->> 'key', plan ->> 'topic',
      plan ->> 'parent_object', plan ->> 'parent_field', plan ->> 'keep', '{SystemModstamp,IsDeleted}',
      (plan ->> 'poll')::interval, plan ->> 'cursor',
      case when filter.is_set then format(', %L, %L', plan ->> 'filter', filter.fields) end)
    || format('insert into sf_shadow.object_state (object) values (%L)', plan ->> 'object')
    || format('insert into sf_shadow.field (object, field, column_name, column_type, required) values%s', mapped)
  from listed
  cross join (select plan ->> 'filter' is not null as is_set,
    array(select f from jsonb_array_elements_text(nullif(plan -> 'filter_fields', 'null')) f) as fields) filter
$$;
