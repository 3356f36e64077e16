-- Rules 3 and 15: the objects that a batch of events writes: its own, and the children of those of which it may bring records.
-- A price and its product are often folded at the same moment, on two topics: with the children's lock the later one sees what
-- the other has left, the product or the mark that waits for it. Consumes: pg_temp.event_batch. Reads only.
create or replace function sf_shadow._batch_objects() returns text[]
language sql stable set search_path = '' as $$
  select array(
    select e.object from pg_temp.event_batch e
    union
    select child.object
    from pg_temp.event_batch e
    join sf_shadow.object child on child.parent_object = e.object
    where e.change_type in ('CREATE', 'UNDELETE'))
$$;
