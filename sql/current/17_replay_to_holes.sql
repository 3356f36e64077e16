-- Rule 11 for a replay: the bus may have forgotten events that were never received, and an operator may name a position
-- behind them. The bus keeps the order of commits: where the first event that comes was committed before what is known,
-- nothing lies between. Else that is a hole, which a delta closes. Call it with the first response. Safe to repeat.
create or replace function sf_shadow.replay_to_holes(
  objects text[], known_until timestamptz, first_commit timestamptz, ends_at timestamptz
) returns void
language plpgsql set search_path = '' as $$
declare
  carried text;
  loaded_until timestamptz;
begin
  if first_commit < known_until then
    return;
  end if;
  perform sf_shadow.lock_objects(objects);
  foreach carried in array objects loop
    select state.delta_from - setting.margin into loaded_until
    from sf_shadow.object_state state cross join sf_shadow.setting setting
    where state.object = carried;
    perform sf_shadow.open_hole(carried, coalesce(known_until, loaded_until, ends_at), ends_at,
      'a replay began behind what was known');
  end loop;
end
$$;
