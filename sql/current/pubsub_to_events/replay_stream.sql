-- Re-subscribes a topic from an earlier position: `from_replay_id`, or null for everything that the bus still has.
-- Produces: the position, and a new epoch, which makes the leader start over with it. Safe at any time: events
-- that were applied are skipped by their keys.
create or replace function sf_shadow.replay_stream(of_topic text, from_replay_id bytea) returns void
language plpgsql set search_path = '' as $$
begin
  update sf_shadow.stream s set
    replay_id = from_replay_id, from_earliest = from_replay_id is null, epoch = gen_random_uuid(),
    -- Behind an event that was received nothing is missing.
    replay_unproven = from_replay_id is null or not exists (
      select from public.sf_shadow_event e where e.stream_id = s.stream_id and e.replay_id = from_replay_id)
  where s.topic = of_topic;
  if not found then
    raise exception 'no stream follows %', of_topic
      using errcode = 'SF011',
        hint = 'Topics: '
          || coalesce((select string_agg(s.topic, ', ') from sf_shadow.stream s), 'none yet; start the service first') || '.';
  end if;
end
$$;
