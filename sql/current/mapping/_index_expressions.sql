-- What an index of each field of an object is over, spelled as pg_get_indexdef does but for the case. Consumes: the object; the schema
-- of its view for readers that Heroku Connect had before, of which the values are indexed then; and columns that it is about to get,
-- as a plan has them. Produces a row for each mapped field, and for SystemModstamp. Reads the mapping and the catalog.
create or replace function sf_shadow._index_expressions(of_object text, in_schema text, planned_columns jsonb default '[]')
returns table (field text, expression text, is_indexed boolean)
language sql stable set search_path = '' as $$
  select e.field, e.expression, coalesce(e.is_planned, false) or sf_shadow._is_column_indexed(o.shadow_table, e.expression)
  from sf_shadow.object o
  cross join lateral (
    select m ->> 'field' as field, sf_shadow._is_indexed(m) as is_planned, case
      when in_schema is null then quote_ident(m ->> 'column')
      when m ->> 'type' like 'numeric%' then format('(%I::double precision)', m ->> 'column')
      when m ->> 'type' = 'timestamp with time zone' then format('(%I at time zone ''UTC''::text)', m ->> 'column')
      else quote_ident(m ->> 'column') end as expression
    from jsonb_array_elements(sf_shadow._mapped_columns(of_object) || planned_columns || jsonb_build_object('field', 'SystemModstamp',
      'column', case when in_schema is null then 'system_modstamp' else 'updated_at' end, 'type', 'timestamp with time zone')) m
  ) e
  where o.object = of_object
$$;
