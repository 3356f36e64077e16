-- Rule 15: records of an object have come into the shadow. What waits for them is judged now, in the transaction that stores
-- them, as if its stream had been slower; and their own marks that say no more than that they were missing are done.
-- Consumes: ids of records that were stored, the marks, the log. Produces: what a fold produces. Safe to repeat: rule 4 filters
-- what was folded. Empties pg_temp.event_batch and pg_temp.change: call it last. Locks the children's objects after the parent's.
create or replace function sf_shadow._fold_waiting(of_object text, stored_ids text[]) returns void
language plpgsql set search_path = '' as $$
declare
  child record;
  waiting record;
  -- Those of a large page that something waits for.
  come constant text[] := array(
    select distinct d.waits_for from sf_shadow.dirty d
    where d.waits_for is not null and d.waits_for in (select stored.id from unnest(stored_ids) stored (id)));
begin
  if cardinality(come) = 0 then
    return;
  end if;
  for child in
    select o.object from sf_shadow.object o
    where o.parent_object = of_object
      and exists (select from sf_shadow.dirty d where d.object = o.object and d.waits_for = any (come))
    order by o.object_id
  loop
    perform sf_shadow._lock_objects(array[child.object]);
    for waiting in
      select d.waits_stream_id as stream_id, array_agg(d.record_id) as ids, min(d.waits_seq) as first_seq, c.applied_seq
      from sf_shadow.dirty d
      join sf_shadow.stream_cursor c on c.stream_id = d.waits_stream_id
      where d.object = child.object and d.waits_for = any (come)
      group by d.waits_stream_id, c.applied_seq
      order by d.waits_stream_id
    loop
      perform sf_shadow._open_event_batch(waiting.stream_id, waiting.first_seq - 1, '-infinity', null, waiting.ids);
      delete from pg_temp.event_batch e where e.seq > waiting.applied_seq;
      perform sf_shadow._open_changes();
      perform sf_shadow._filter_events(child.object, waiting.stream_id);
      perform sf_shadow._fold_events(child.object);
      perform sf_shadow._write_changes(child.object);
      delete from sf_shadow.dirty d
      using pg_temp.change c
      where d.object = child.object and d.record_id = c.record_id and d.waits_for is not null and c.dirty_reason is null;
      perform sf_shadow._fold_waiting(child.object, sf_shadow._stored_ids());
    end loop;
  end loop;
  -- After the children's locks: whoever holds one may be marking the same parents.
  delete from sf_shadow.dirty d where d.object = of_object and d.waits_for = any (come);
end
$$;
