-- The fields of an object that have an index, whoever has made it; SystemModstamp among them. Reads the mapping and the catalog.
create or replace function sf_shadow.indexed_fields(of_object text) returns text[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(e.field order by e.field) filter (where e.is_indexed), '{}')
  from sf_shadow.object o
  cross join sf_shadow._index_expressions(o.object, o.compatible_schema) e
  where o.object = of_object
$$;
