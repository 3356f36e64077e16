-- Consumes: the mapping and the last describe. Produces: the Salesforce fields that raw_payload of an object
-- keeps, with their types; all plain fields, or only the mapped ones (docs/mapping.md). Reads only.
create or replace function sf_shadow._kept_fields(of_object text)
returns table (field text, type text)
language sql stable set search_path = '' as $$
  select described.field, described.type
  from sf_shadow.described_field described
  join sf_shadow.object o on o.object = described.object
  where described.object = of_object
    and described.vanished_at is null
    and (
      o.keep = 'all'
      or described.field = 'Id'
      or exists (select from sf_shadow.field mapped where mapped.object = of_object and mapped.field = described.field)
    )
  order by described.field
$$;
