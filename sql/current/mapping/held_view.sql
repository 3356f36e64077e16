-- An object's view for readers that Heroku Connect had before; null where it has none, or no more: somebody has dropped it, or has
-- another table or view of that name, which is not ours to touch. Ours alone read sf_shadow.compatible_id. Reads the catalog.
create or replace function sf_shadow.held_view(of_object sf_shadow.object) returns oid
language sql stable set search_path = '' as $$
  select c.oid from pg_class c
  where c.oid = to_regclass(sf_shadow._compatible_view(of_object)) and c.relkind = 'v' and exists (
    select from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    where r.ev_class = c.oid and d.refclassid = 'pg_class'::regclass and d.refobjid = 'sf_shadow.compatible_id'::regclass)
$$;
