-- Another source of an object's changes: sf_shadow.object.poll_every is set, or taken away. Trigger function of sf_shadow.object, so
-- that it works for any update of the column. Its stream carries it no more, so that nothing is claimed by it; one that carries it
-- again opens a hole as for an object that is new to it (ensure_stream). Produces: the first poll's job, or the hint on which
-- running processes subscribe. Safe to repeat.
create or replace function sf_shadow.poll_object() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform sf_shadow._lock_objects(array[new.object]);
  delete from sf_shadow.stream_object so where so.object = new.object;
  -- Its stream will not end the hole that it has opened.
  perform sf_shadow._open_hole(new.object, clock.earliest, sf_shadow._hole_end(new.object), 'its stream carries it no more', 'stream')
  from sf_shadow.object_state s cross join sf_shadow.salesforce_now clock
  where s.object = new.object and new.poll_every is not null and 'stream' = any (s.open_causes);
  perform sf_shadow.add_poll_job(new.object);
  perform pg_notify('sf_shadow_mapping', new.object);
  return null;
end
$$;
