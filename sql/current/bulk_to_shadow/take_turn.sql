-- queued or loading, still: whether the records of a run may be merged now. Not while the load of its parent is under way
-- (run_parent), and the pages of a bulk job not while so many others merge theirs: loads go side by side, but not all at once.
-- Consumes: the run, how many loads at a time. Produces: when it was looked at, and when its turn came. Safe to repeat: a turn
-- stays until the run ends or makes its job anew, and counts while a process takes its steps.
create or replace function sf_shadow.take_turn(of_run_id bigint, at_most integer) returns boolean
language plpgsql set search_path = '' as $$
declare
  run sf_shadow.run;
  is_free boolean;
begin
  -- One at a time: two would both take the last place.
  perform from sf_shadow.setting s for no key update;
  select r.* into run from sf_shadow.run r where r.run_id = of_run_id and r.state in ('queued', 'loading');
  if not found or run.turn_at is not null then
    return found;
  end if;
  is_free := not exists (select from sf_shadow.run_parent parent where parent.run_id = run.run_id) and (run.state = 'queued' or at_most > (
    -- Of an object's runs one at a time is driven: of its own it is this one, and of another's a paused one it is not.
    select count(distinct other.object) from sf_shadow.run other
    where other.turn_at is not null and other.finished_at is null and other.paused_until is null and other.object <> run.object
      and other.object in (select d.object from sf_shadow.driven_object d)));
  update sf_shadow.run r set
    looked_at = clock_timestamp(), turn_at = case when is_free and r.state = 'loading' then clock_timestamp() end
  where r.run_id = of_run_id;
  return is_free;
end
$$;
