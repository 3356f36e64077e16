-- The fields of an object that only full reads tell (docs/mapping.md): those of its configuration, formulas,
-- and what the schema of its change events lacks. They are neither taken from events nor compared. Reads only.
create or replace function sf_shadow._query_only_fields(of_object text) returns text[]
language sql stable set search_path = '' as $$
  select o.query_only_fields || array(
    select d.field from sf_shadow.described_field d
    where d.object = of_object and d.field <> 'Id' and (d.calculated or not d.in_events))
  from sf_shadow.object o
  where o.object = of_object
$$;
