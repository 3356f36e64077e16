-- Consumes: sf_shadow.object. Produces: the given objects (null: all), parents before children, the one
-- order in which locks are taken and loads run. Reads only.
create or replace function sf_shadow.objects_in_order(objects text[] default null)
returns table (object text, object_id smallint, depth integer)
language sql stable set search_path = '' as $$
  with recursive ordered as (
    select o.object, o.object_id, 0 as depth from sf_shadow.object o where o.parent_object is null
    union all
    select child.object, child.object_id, parent.depth + 1
    from sf_shadow.object child
    join ordered parent on child.parent_object = parent.object
  )
  select ordered.object, ordered.object_id, ordered.depth
  from ordered
  where objects is null or ordered.object = any (objects)
  order by ordered.depth, ordered.object_id
$$;
