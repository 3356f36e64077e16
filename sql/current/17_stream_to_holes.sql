-- Rule 11. A stream that starts at LATEST proves nothing until its first response: its objects are dirty from
-- before the subscription (`ends_at` null) until that response was stored (`ends_at` given).
-- A lost position opens the hole where the stream was last known to be complete. Safe to repeat.
create or replace function sf_shadow.stream_to_holes(
  of_stream_id integer, objects text[], begins_at timestamptz, ends_at timestamptz, reason text
) returns void
language plpgsql set search_path = '' as $$
declare
  object text;
  known_until timestamptz;
begin
  select least(begins_at, greatest(c.applied_commit_timestamp, s.keepalive_at)) into known_until
  from sf_shadow.stream s
  join sf_shadow.stream_cursor c on c.stream_id = s.stream_id
  where s.stream_id = of_stream_id;
  perform sf_shadow.lock_objects(objects);
  foreach object in array objects loop
    if ends_at is null then
      perform sf_shadow.open_hole(object, known_until, 'infinity', reason, 'stream');
    else
      perform sf_shadow.open_hole(object, begins_at, ends_at, reason, 'stream');
    end if;
  end loop;
end
$$;
