-- Rule 2: makes the caller, who holds the leader's lock, the one writer of a topic's stream, by a new random epoch (a counter
-- would re-admit an old leader after a restore). Safe to repeat: the last caller is the leader. Consumes: a stream of
-- ensure_stream. Produces: its committed position. One older than 70 hours is lost (rule 11): it is returned as null.
-- `known_until`: everything that was published and committed before it has been received.
-- `replay_unproven`: an operator chose where to start, which may be later than that (replay_to_holes).
-- `unproven_since`: a leader before left a hole open at its end and died; the first response closes it (rule 11).
create or replace function sf_shadow.lead_stream(
  of_topic text, out stream_id integer, out epoch uuid, out replay_id bytea, out position_lost boolean,
  out from_earliest boolean, out replay_unproven boolean, out known_until timestamptz, out unproven_since timestamptz
)
language plpgsql set search_path = '' as $$
#variable_conflict use_column
begin
  update sf_shadow.stream s set epoch = gen_random_uuid()
  where s.topic = of_topic
  returning s.stream_id, s.epoch, s.replay_id, s.replay_id is not null and s.position_at < now() - interval '70 hours',
    s.from_earliest, s.replay_unproven
  into lead_stream.stream_id, lead_stream.epoch, lead_stream.replay_id, lead_stream.position_lost, lead_stream.from_earliest,
    lead_stream.replay_unproven;
  lead_stream.known_until := sf_shadow._stream_known_until(lead_stream.stream_id);
  if lead_stream.position_lost then
    lead_stream.replay_id := null;
  end if;
  select min(state.hole_from) into lead_stream.unproven_since
  from sf_shadow.stream_object so
  join sf_shadow.object_state state on state.object = so.object
  where so.stream_id = lead_stream.stream_id and 'stream' = any (state.open_causes);
end
$$;
