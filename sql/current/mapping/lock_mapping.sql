-- Takes what a change of objects' mapping needs, before the first of them is changed, in the order in which appends and loads take it
-- (rule 3): two such changes come one after the other. Who leads a stream of theirs leads it anew (_fence_streams).
-- Consumes: the objects; those that are not mirrored yet need nothing. Raises SF014 where it has to wait for over 10 s.
-- Produces: the transaction's locks. Safe to repeat.
create or replace function sf_shadow.lock_mapping(objects text[]) returns void
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
begin
  lock table sf_shadow.object in share row exclusive mode;
  perform sf_shadow._fence_streams(o) from unnest(objects) o;
  perform sf_shadow._lock_objects(objects);
exception
  when lock_not_available then
    perform sf_shadow._refuse_change(sqlstate, sqlerrm, array_to_string(objects, ', '));
end
$$;
