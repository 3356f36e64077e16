-- The SQL by which the versions of an object are kept from now on. Consumes: {object, table, key, columns: [{column, type, is_key}]},
-- where is_key says that records are looked for by the column (the parent, the unique value). Produces: the table with its
-- constraints and grants, and its name in the mapping. Every name is quoted here. Reads which group roles there are.
create or replace function sf_shadow._history_statements(plan jsonb) returns text[]
language sql stable set search_path = '' as $$
  with columns as (
    select c ->> 'column' as name, c ->> 'type' as type, (c ->> 'is_key')::boolean as is_key, place
    from jsonb_array_elements(plan -> 'columns') with ordinality c (c, place)
  ), named as (
    select sf_shadow._history_name(plan ->> 'table') as history_table,
      format('public.%I', sf_shadow._history_name(plan ->> 'table')) as target
  )
  select
    array[format(E'create table %s (\n  %I text not null,\n  valid_from timestamptz not null,\n  valid_to timestamptz,\n'
      '  is_deleted boolean not null default false,\n%s', named.target, plan ->> 'key',
        (select string_agg(format(E'  %I %s,\n', c.name, c.type), '' order by c.place) from columns c))
      || format(E'  primary key (%I, valid_from),\n  check (valid_to >= valid_from),\n', plan ->> 'key')
      || E'  check (not is_deleted or valid_to is not null)\n)',
      -- One version is open.
      format('create unique index on %s (%I) where valid_to is null', named.target, plan ->> 'key'),
      format('create index on %s (valid_to) where valid_to is not null', named.target)]
    || array(select format('create index on %s (%I)', named.target, c.name) from columns c where c.is_key order by c.place)
    || array(
      select format('grant select on %s to %I', named.target, r.rolname) from pg_roles r
      where r.rolname in ('sf_shadow_reader', 'sf_shadow_operator') order by r.rolname)
    || format('update sf_shadow.object set history_table = %L where object = %L', named.history_table, plan ->> 'object')
  from named
$$;
