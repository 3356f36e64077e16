-- Makes a topic's stream where it is new, and notes whose changes it carries. An object has one stream: an
-- earlier one that the configuration no longer names claims nothing for it any more. Returns the stream's id.
-- What a stream that is followed already has passed over of an object that is new to it is a hole, until the first response to
-- a leader that carries the object (lead_stream). An object that is polled is carried by none, though a program from before the
-- polls names it. Safe to repeat.
create or replace function sf_shadow.ensure_stream(of_topic text, objects text[]) returns integer
language plpgsql set search_path = '' as $$
declare
  ensured integer;
  joined text[];
begin
  insert into sf_shadow.stream (topic) values (of_topic) on conflict (topic) do nothing;
  select s.stream_id into ensured from sf_shadow.stream s where s.topic = of_topic;
  insert into sf_shadow.stream_cursor (stream_id) values (ensured) on conflict (stream_id) do nothing;
  with added as (
    insert into sf_shadow.stream_object (stream_id, object)
    select ensured, o.object from sf_shadow.object o
    where o.object = any (objects) and o.poll_every is null
    order by o.object_id
    on conflict (stream_id, object) do nothing
    returning object
  )
  select array_agg(a.object) into joined from added a
  where exists (select from sf_shadow.stream s where s.stream_id = ensured and s.replay_id is not null);
  if joined is not null then
    perform sf_shadow._lock_objects(joined);
    perform sf_shadow._open_hole(s.object, coalesce(s.delta_from - setting.margin, clock.earliest), 'infinity',
      'its stream carries it from now on', 'stream')
    from sf_shadow.object_state s cross join sf_shadow.setting setting cross join sf_shadow.salesforce_now clock
    where s.object = any (joined);
  end if;
  delete from sf_shadow.stream_object so
  where so.stream_id = ensured and so.object <> all (objects) or so.stream_id <> ensured and so.object = any (objects);
  return ensured;
end
$$;
