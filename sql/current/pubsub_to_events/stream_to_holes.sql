-- Rule 11. A stream that starts at LATEST proves nothing until its first response: its objects are dirty from
-- before the subscription (`ends_at` null) until that response was stored (`ends_at` given).
-- A lost position opens the hole where the stream was last known to be complete. Not of an object that is polled, whatever a
-- program from before the polls follows: no response would end it. Produces: the holes. Safe to repeat.
create or replace function sf_shadow.stream_to_holes(
  of_stream_id integer, objects text[], begins_at timestamptz, ends_at timestamptz, reason text
) returns void
language plpgsql set search_path = '' as $$
declare
  carried text;
  known_until timestamptz := sf_shadow._stream_known_until(of_stream_id);
  loaded_until timestamptz;
begin
  perform sf_shadow._lock_objects(objects);
  foreach carried in array objects loop
    continue when exists (select from sf_shadow.object o where o.object = carried and o.poll_every is not null);
    if ends_at is null then
      -- Of a stream that was never followed only the load tells how much is known.
      select state.delta_from - setting.margin into loaded_until
      from sf_shadow.object_state state cross join sf_shadow.setting setting
      where state.object = carried;
      perform sf_shadow._open_hole(carried, least(begins_at, coalesce(known_until, loaded_until)), 'infinity', reason, 'stream');
    else
      perform sf_shadow._open_hole(carried, begins_at, ends_at, reason, 'stream');
    end if;
  end loop;
end
$$;
