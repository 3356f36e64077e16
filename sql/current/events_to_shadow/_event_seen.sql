-- Rule 4: whether the log holds the same ProducerEvent.id before this event of the stream, or in another stream.
-- A bus that publishes at least once repeats an event under a new replay id. Reads only.
create or replace function sf_shadow._event_seen(of_event_id text, of_stream_id integer, before_seq bigint) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from public.sf_shadow_event seen
    where seen.event_id = of_event_id and (seen.stream_id <> of_stream_id or seen.seq < before_seq)
  )
$$;
