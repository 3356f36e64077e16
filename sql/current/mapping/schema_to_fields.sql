-- Notes which fields the change events of an object carry, from the schema of its topic (docs/mapping.md).
-- Consumes: flat REST names. Safe to repeat.
create or replace function sf_shadow.schema_to_fields(of_object text, event_fields text[]) returns void
language sql set search_path = '' as $$
  update sf_shadow.described_field d set in_events = d.field = any (event_fields)
  where d.object = of_object and d.in_events is distinct from (d.field = any (event_fields))
$$;
