-- Makes a topic's stream where it is new, and notes whose changes it carries. An object has one stream: an
-- earlier one that the configuration no longer names claims nothing for it any more. Returns the stream's id.
-- Safe to repeat.
create or replace function sf_shadow.ensure_stream(of_topic text, objects text[]) returns integer
language plpgsql set search_path = '' as $$
declare
  ensured integer;
begin
  insert into sf_shadow.stream (topic) values (of_topic) on conflict (topic) do nothing;
  select s.stream_id into ensured from sf_shadow.stream s where s.topic = of_topic;
  insert into sf_shadow.stream_cursor (stream_id) values (ensured) on conflict (stream_id) do nothing;
  insert into sf_shadow.stream_object (stream_id, object)
  select ensured, o from unnest(objects) o
  on conflict (stream_id, object) do nothing;
  delete from sf_shadow.stream_object so
  where so.stream_id = ensured and so.object <> all (objects) or so.stream_id <> ensured and so.object = any (objects);
  return ensured;
end
$$;
