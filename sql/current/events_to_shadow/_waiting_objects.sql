-- Rule 15: the objects of which a record waits for one of these, which a page or a re-read brings. They are locked with the parents',
-- before a mark is written: a fold of the children that has their lock may be marking the same parents. Reads only.
create or replace function sf_shadow._waiting_objects(parent_ids text[]) returns text[]
language sql stable set search_path = '' as $$
  select array(
    select distinct d.object::text from sf_shadow.dirty d
    where d.waits_for is not null and d.waits_for in (select parent.id from unnest(parent_ids) parent (id)))
$$;
