-- -> queued: starts a load of one object, or names the one that is under way already (rule 13). Produces: a row of
-- sf_shadow.run. kind: full, delta (since the last one, less the overlap), ids (the Id comparison of rule 7).
-- A forced one does not follow a run that stands still: that one is canceled, and another begins.
-- A delta without an earlier load has no beginning, and an Id comparison nothing to compare: SF005. A paused object, and
-- one that is not mirrored: SF006. Safe to repeat: an object has one run of a kind at a time.
create or replace function sf_shadow.start_run(
  of_object text, of_kind text, of_reason text, of_forced boolean default false, of_batch_id uuid default null
) returns bigint
language plpgsql set search_path = '' as $$
declare
  mirrored sf_shadow.object;
  started bigint;
  since timestamptz;
begin
  select o.* into mirrored from sf_shadow.object o where o.object = of_object;
  if not found then
    raise exception 'object % is not mirrored', of_object
      using errcode = 'SF006', hint = 'The mirrored objects are the rows of sf_shadow.object.';
  elsif not mirrored.enabled then
    raise exception '% is paused', of_object
      using errcode = 'SF006', hint = format('End that first: select sf_shadow_resume(%L)', of_object);
  end if;
  if of_kind <> 'full' then
    select least(s.delta_from, s.hole_from - setting.margin) - setting.delta_overlap into since
    from sf_shadow.object_state s cross join sf_shadow.setting setting
    where s.object = of_object and s.delta_from is not null;
    if since is null then
      raise exception '% was never loaded, so that there is nothing to compare with', of_object
        using errcode = 'SF005', hint = 'Run a backfill of ' || of_object || ' first.';
    end if;
  end if;
  if of_forced then
    perform sf_shadow._cancel_run(r.run_id, 'it stood still, and another one was forced')
    from sf_shadow.run_wait r
    where r.object = of_object and r.kind = of_kind and r.stands_still;
  end if;
  insert into sf_shadow.run (object, kind, reason, forced, since, batch_id)
  values (of_object, of_kind, of_reason, of_forced, case when of_kind = 'delta' then since end, of_batch_id)
  on conflict (object, kind) where finished_at is null do nothing
  returning run_id into started;
  if started is null then
    update sf_shadow.run r set forced = r.forced or of_forced
    where r.object = of_object and r.kind = of_kind and r.finished_at is null
    returning r.run_id into started;
  end if;
  return started;
end
$$;
