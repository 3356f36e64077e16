-- Rule 3, one writer per object. Produces: the objects' transaction locks, taken parents before children.
-- Call it as a statement of its own; what is read after it is what the last writer left. Safe to repeat.
-- Refuses any isolation but READ COMMITTED, where a snapshot older than the lock would be used (SF002).
create or replace function sf_shadow._lock_objects(objects text[]) returns void
language plpgsql set search_path = '' as $$
declare
  locked record;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'sf_shadow._lock_objects needs isolation level read committed, not %',
      current_setting('transaction_isolation')
      using errcode = 'SF002', hint = 'Begin the transaction by: begin isolation level read committed.';
  end if;
  for locked in select o.object_id from sf_shadow.objects_in_order(objects) o loop
    -- 21318 is "SF" in ASCII: the lock space of this service.
    perform pg_advisory_xact_lock(21318, locked.object_id);
  end loop;
end
$$;
