-- Rule 6: events that name no record (overflow, wildcard ids, a header that was not readable) make the whole
-- object dirty. Consumes: pg_temp.event_batch. Produces: holes. Safe to repeat: a hole only widens.
create or replace function sf_shadow._events_to_holes(of_stream_id integer) returns void
language plpgsql set search_path = '' as $$
declare
  doubtful record;
begin
  for doubtful in
    select o.object,
      min(e.committed_after) as hole_from,
      max(e.committed_before) as hole_to,
      min(coalesce(e.unusable, e.change_type || ' event for ' || coalesce(e.record_id, 'no record'))) as reason
    from pg_temp.event_batch e
    -- Whose event it was is not known where the header was unreadable: of any object of the stream.
    join sf_shadow.stream_object so on so.stream_id = of_stream_id
    join sf_shadow.object o on o.object = so.object and o.enabled
      and (o.object = e.object or (e.object is null and e.unusable is not null))
    where e.record_id is null or e.record_id = '000000000000000AAA' or e.record_id like '%*'
    group by o.object
  loop
    perform sf_shadow._open_hole(doubtful.object, doubtful.hole_from, doubtful.hole_to, doubtful.reason);
  end loop;

  -- What is dealt with here is not a record.
  update pg_temp.event_batch e set record_id = null, verdict = 'dirty'
  where e.object is not null and (e.record_id is null or e.record_id = '000000000000000AAA' or e.record_id like '%*');
end
$$;
