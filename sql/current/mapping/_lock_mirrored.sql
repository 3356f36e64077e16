-- Takes what a change of one object's mapping needs that leaves the fields of its events as they are: two such changes come one after
-- the other, and whoever leads a stream of it leads on, which lock_mapping would end. Consumes: the object. Raises SF006 where it is not
-- mirrored any more, 55P03 where it has to wait for longer than the caller's lock_timeout. Produces: the transaction's locks. Safe to
-- repeat.
create or replace function sf_shadow._lock_mirrored(of_object text) returns void
language plpgsql set search_path = '' as $$
begin
  lock table sf_shadow.object in share row exclusive mode;
  perform sf_shadow._lock_objects(array[of_object]);
  perform sf_shadow._assert_mirrored(of_object);
end
$$;
