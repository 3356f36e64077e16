-- Rule 15: notes from which event of the log on a record waits for its parent. Records whose events come on two streams do not
-- wait. Consumes: pg_temp.change after it was written, pg_temp.event_batch. Changes: marks of sf_shadow.dirty. Safe to repeat: the
-- first event stays.
create or replace function sf_shadow._note_waiting(of_stream_id integer) returns void
language plpgsql set search_path = '' as $$
begin
  if not exists (select from pg_temp.change c where c.waits_for is not null) then
    return;
  end if;
  update sf_shadow.dirty d set
    waits_for = case when coalesce(d.waits_stream_id, of_stream_id) = of_stream_id then d.waits_for end,
    waits_stream_id = of_stream_id,
    waits_seq = coalesce(d.waits_seq, first.seq)
  from (
    select e.object, e.record_id, min(e.seq) as seq
    from pg_temp.event_batch e
    join pg_temp.change c on c.record_id = e.record_id and c.waits_for is not null
    group by e.object, e.record_id
  ) first
  where d.object = first.object and d.record_id = first.record_id and d.waits_for is not null;
end
$$;
