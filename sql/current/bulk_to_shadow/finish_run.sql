-- sweeping -> complete: ends a run whose pages are all merged (rule 13), only when as many rows came as the job processed.
-- Consumes: the run. Produces: the sweep, the object's proof and next delta, a closed hole (rule 6) where the run began after
-- it, the comparison of counts. Safe to repeat: a run in another state stays as it is. Raises SF009 when rows are missing, 55000
-- where what has left a filter was not asked for (compare_changes), which a program of before filters does not know.
create or replace function sf_shadow.finish_run(of_run_id bigint, of_count_in_org bigint) returns void
language plpgsql set search_path = '' as $$
declare
  run sf_shadow.run;
  swept sf_shadow.merge_counts;
begin
  perform sf_shadow._lock_objects((select array[r.object] from sf_shadow.run r where r.run_id = of_run_id));
  select r.* into run from sf_shadow.run r where r.run_id = of_run_id and r.state = 'sweeping' for update;
  if not found then
    return;
  end if;
  if run.received <> run.expected then
    raise exception '% rows of % came, and % %', run.received, run.object,
      coalesce('job ' || run.job_id || ' processed', 'its query found'), run.expected
      using errcode = 'SF009', hint = 'The run is incomplete and nothing was deleted. Run the load again.';
  end if;
  if run.kind = 'delta' and not run.changes_compared
    and exists (select from sf_shadow.object o where o.object = run.object and o.filter is not null) then
    raise exception 'delta % of % has not asked for what has left the filter', of_run_id, run.object
      using errcode = 'object_not_in_prerequisite_state', hint = 'A program of this version goes on with the run.';
  end if;
  if run.kind <> 'delta' then
    swept := sf_shadow._sweep_run(of_run_id);
  end if;

  update sf_shadow.object_state s set
    -- Nothing is known of what changed between the object's first read and the beginning of its stream.
    hole_from = case when s.delta_from is null and s.hole_from is not null then least(s.hole_from, run.read_from - setting.margin)
      else s.hole_from end,
    proof_read_id = case when run.kind = 'delta' then s.proof_read_id else run.read_id end,
    -- Rule 5b. One that does not count leaves what the last one that did has shown.
    full_read_id = case when run.kind = 'full' and run.counts_for_rows then run.read_id else s.full_read_id end,
    delta_from = case when run.kind = 'ids' then s.delta_from else greatest(s.delta_from, run.read_from) end,
    fuse_of_loads = case when run.kind = 'delta' then s.fuse_of_loads end,
    fuse_of_rereads = case when run.kind = 'delta' then s.fuse_of_rereads end
  from sf_shadow.setting setting
  where s.object = run.object;
  update sf_shadow.run r set
    state = 'complete', finished_at = now(), error = null,
    deleted = r.deleted + coalesce(swept.deleted, 0), dirty = r.dirty + coalesce(swept.dirty, 0),
    count_in_org = of_count_in_org,
    count_in_shadow = (select s.row_count from sf_shadow.object_state s where s.object = r.object)
  where r.run_id = of_run_id;
  if run.kind = 'full' then
    perform sf_shadow._clear_run_marks(of_run_id, null);
    insert into sf_shadow.verification (object, kind, compared, drift, count_in_org, count_in_shadow)
    select r.object, 'all', r.received, r.drift, r.count_in_org, r.count_in_shadow
    from sf_shadow.run r
    where r.run_id = of_run_id;
  end if;
  if run.kind <> 'delta' then
    -- The sweep has just read the whole table.
    perform sf_shadow.scan_updated_at(run.object);
  end if;
  delete from sf_shadow.run_page p where p.run_id = of_run_id;
  perform sf_shadow._close_hole(run.object);
  if run.kind = 'full' then
    perform sf_shadow._end_fill(of_run_id);
    -- What is still open began before this load, or was not loaded when it was found.
    perform sf_shadow._add_hole_job(run.object);
    -- Before its first load there was nothing to poll from.
    perform sf_shadow.add_poll_job(run.object);
  end if;
end
$$;
