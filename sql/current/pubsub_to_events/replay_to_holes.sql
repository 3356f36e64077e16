-- Rule 11 for a replay: the bus may have forgotten events that were never received, and an operator may name a position
-- behind them. Where the first response brings an event that was received before, under the same replay id, the bus
-- still has all that followed it. Another event proves nothing, however old: the bus repeats old events under new
-- replay ids. Produces: then a hole from what is known to the response, which a delta closes.
-- Call it with the first response, in the transaction that appended its `received` events. Safe to repeat.
create or replace function sf_shadow.replay_to_holes(
  of_stream_id integer, received integer, objects text[], known_until timestamptz, ends_at timestamptz
) returns void
language plpgsql set search_path = '' as $$
declare
  first_seq bigint;
  carried text;
  loaded_until timestamptz;
begin
  select s.next_seq - received into first_seq from sf_shadow.stream s where s.stream_id = of_stream_id;
  if exists (
    select from public.sf_shadow_event replayed
    join public.sf_shadow_event held on held.event_id = replayed.event_id and held.replay_id = replayed.replay_id
    where replayed.stream_id = of_stream_id and replayed.seq >= first_seq
      and held.stream_id = of_stream_id and held.seq < first_seq
  ) then
    return;
  end if;
  perform sf_shadow._lock_objects(objects);
  foreach carried in array objects loop
    select state.delta_from - setting.margin into loaded_until
    from sf_shadow.object_state state cross join sf_shadow.setting setting
    where state.object = carried;
    perform sf_shadow._open_hole(carried, coalesce(known_until, loaded_until, ends_at), ends_at,
      'a replay began behind what was known');
  end loop;
end
$$;
