-- The fields of an object that are not compared with a full read of them: only full reads tell them, they have vanished from
-- describe, or their columns wait to be filled (docs/mapping.md). Reads only.
create or replace function sf_shadow._fields_not_compared(of_object text) returns text[]
language sql stable set search_path = '' as $$
  select sf_shadow._query_only_fields(of_object)
    || array(select d.field from sf_shadow.described_field d where d.object = of_object and d.vanished_at is not null)
    || array(select f.field from sf_shadow.field f where f.object = of_object and f.unfilled_until is not null)
$$;
