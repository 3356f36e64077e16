-- Tells every consumer of the outbox, whichever cache it keeps, to forget everything of an object (null: of each).
-- Consumes nothing but the name. Produces: one outbox row and one notification per object. Safe to repeat.
create or replace function sf_shadow.clear_cache(of_object text default null) returns table (object text, seq bigint)
language plpgsql set search_path = '' as $$
declare
  named text;
begin
  for named in
    select i.object from sf_shadow.objects_in_order() i
    where of_object is null or i.object = of_object
    order by i.depth, i.object_id
  loop
    perform sf_shadow._lock_objects(array[named]);
    perform sf_shadow._append_invalidation(named, null, null, null);
    return query select s.object::text, s.invalidation_seq from sf_shadow.object_state s where s.object = named;
  end loop;
  if not found then
    raise exception 'object % is not mirrored', quote_literal(of_object) using errcode = 'SF006';
  end if;
end
$$;
