-- The edge events_to_shadow (rules 3, 4, 8, 15 and 16): folds the next batch of one stream into the shadow tables.
-- Consumes: sf_shadow_event behind the stream's cursor. Produces: shadow rows, tombstones, doubts, rejects,
-- invalidations, and the cursor, in the caller's transaction. Safe to repeat: the cursor is locked first,
-- and an event that was applied before is skipped by its key.
-- Returns one row per object, change type and result; when the applied ones were committed; and how many were consumed in all.
create or replace function sf_shadow.events_to_shadow(of_stream_id integer, batch_size integer)
returns table (object text, change_type text, result text, events bigint, consumed bigint, commit_timestamps timestamptz[])
language plpgsql set search_path = '' set client_min_messages = 'warning'
-- Planned once a session: for a batch of one event the plans cost more than the fold.
set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  cursor_row sf_shadow.stream_cursor;
  whole record;
  taken bigint;
  folded record;
  rejected text[] := '{}';
  waiting text[] := '{}';
  stored jsonb := '{}';
  parent record;
begin
  select c.* into cursor_row from sf_shadow.stream_cursor c where c.stream_id = of_stream_id for update;
  select w.takes, w.is_continued into whole
  from sf_shadow._whole_transactions(of_stream_id, cursor_row.applied_seq, cursor_row.applied_day, batch_size) w;
  perform sf_shadow._open_event_batch(of_stream_id, cursor_row.applied_seq, cursor_row.applied_day, whole.takes);
  select count(distinct e.seq) into taken from pg_temp.event_batch e;
  if taken = 0 then
    return;
  end if;

  perform sf_shadow._lock_objects(sf_shadow._batch_objects());
  perform sf_shadow._events_to_holes(of_stream_id);
  for folded in
    select o.object from sf_shadow.objects_in_order((select array_agg(distinct e.object) from pg_temp.event_batch e)) o
  loop
    perform sf_shadow._open_changes();
    perform sf_shadow._filter_events(folded.object, of_stream_id);
    perform sf_shadow._parents_to_children(folded.object);
    perform sf_shadow._fold_events(folded.object);
    perform sf_shadow._write_changes(folded.object);
    perform sf_shadow._note_waiting(of_stream_id);
    waiting := waiting || array(select c.record_id from pg_temp.change c where c.waits_for is not null);
    stored := stored || jsonb_build_object(folded.object, sf_shadow._stored_ids());
    rejected := rejected || array(select c.record_id from pg_temp.change c where c.error is not null);
  end loop;

  update sf_shadow.stream_cursor c set
    applied_seq = batch.last_seq,
    applied_day = batch.last_day,
    cut_transactions = c.cut_transactions + whole.is_continued::integer,
    applied_commit_timestamp = greatest(batch.last_commit, c.applied_commit_timestamp)
  from (
    select max(e.seq) as last_seq, max(e.received_day) as last_day,
      -- Not of a re-delivered event (rule 10): that one says nothing new.
      max(e.commit_timestamp) filter (where e.verdict is distinct from 'skip') as last_commit
    from pg_temp.event_batch e
  ) batch
  where c.stream_id = of_stream_id;

  return query
    select judged.object, judged.change_type, judged.result, count(*), taken,
      array_agg(judged.commit_timestamp) filter (where judged.result = 'applied')
    from (
      select distinct e.seq, coalesce(e.object, 'unknown') as object, coalesce(e.change_type, 'unknown') as change_type,
        case
          when e.verdict = 'apply' and e.unusable is null then
            case when e.record_id = any (rejected) then 'rejected' when e.record_id = any (waiting) then 'waiting' else 'applied' end
          when e.verdict = 'skip' then 'skipped'
          when e.verdict is null then 'not mirrored'
          else 'dirty'
        end as result,
        e.commit_timestamp
      from pg_temp.event_batch e
    ) judged
    group by judged.object, judged.change_type, judged.result;

  -- Last: what waits is folded in the same temporary tables.
  for parent in
    select o.object, array(select jsonb_array_elements_text(stored -> o.object)) as ids
    from sf_shadow.objects_in_order(array(select jsonb_object_keys(stored))) o
  loop
    perform sf_shadow._fold_waiting(parent.object, parent.ids);
  end loop;
end
$$;
