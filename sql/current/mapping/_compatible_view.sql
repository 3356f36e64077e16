-- The name of an object's view for readers that Heroku Connect had before, quoted; null where it has none. Reads nothing.
create or replace function sf_shadow._compatible_view(of_object sf_shadow.object) returns text
language sql immutable set search_path = '' as $$
  select quote_ident(of_object.compatible_schema) || '.' || quote_ident(lower(of_object.object))
$$;
