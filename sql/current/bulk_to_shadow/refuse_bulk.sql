-- Notes that Bulk API 2.0 refuses an object: its loads go by REST from now on. Changes: sf_shadow.object. Safe to repeat.
create or replace function sf_shadow.refuse_bulk(of_object text) returns void
language sql set search_path = '' as $$
  update sf_shadow.object o set by_rest = true where o.object = of_object and not o.by_rest
$$;
