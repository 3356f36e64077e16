-- Folds stored events of an object again, those received since a time and already passed by the cursor, in stream
-- order and in batches of the caller's transactions. Consumes: where to go on (stream and number; 0 at first).
-- Produces: what events_to_shadow produces. Returns the last number folded, or null when there are no more.
-- Safe at any time: what is known of each record filters them again (rule 4).
create or replace function sf_shadow.reapply_events(
  of_object text, of_stream_id integer, since timestamptz, after_seq bigint, batch_size integer
) returns bigint
language plpgsql set search_path = ''
-- Planned once a session, as in events_to_shadow.
set plan_cache_mode = force_generic_plan as $$
declare
  applied bigint;
  last_folded bigint;
begin
  select c.applied_seq into applied from sf_shadow.stream_cursor c where c.stream_id = of_stream_id for update;
  perform sf_shadow._open_event_batch(of_stream_id, after_seq, (since at time zone 'utc')::date, batch_size);
  select max(e.seq) into last_folded from pg_temp.event_batch e where e.seq <= applied;
  delete from pg_temp.event_batch e
  where e.seq > applied or e.object is distinct from of_object or e.received_at < since or e.record_id is null
    or e.record_id = '000000000000000AAA' or e.record_id like '%*';
  perform sf_shadow._lock_objects(of_object || sf_shadow._batch_objects());
  perform sf_shadow._open_changes();
  perform sf_shadow._filter_events(of_object, of_stream_id);
  perform sf_shadow._fold_events(of_object);
  perform sf_shadow._write_changes(of_object);
  perform sf_shadow._note_waiting(of_stream_id);
  perform sf_shadow._fold_waiting(of_object, sf_shadow._stored_ids());
  return last_folded;
end
$$;
