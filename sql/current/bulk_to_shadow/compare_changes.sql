-- sweeping, still: a delta of a filtered object has brought what has changed and meets the filter. What has changed and did not come
-- has left it, if it was in it: Salesforce shows it, and it is read again (rule 17).
-- Consumes: the delta, and the ids of all that has changed, asked for after its last page. Produces: doubts about those that have a
-- row, or are listed; about all of them while a full load is under way, which may have read one before it left. Returns how many.
-- Safe to repeat: marks are set anew. Takes the object's lock.
create or replace function sf_shadow.compare_changes(of_run_id bigint, changed_ids text[]) returns integer
language plpgsql set search_path = '' set work_mem = '64MB' as $$
declare
  run sf_shadow.run;
  unseen text[];
  marked integer;
begin
  perform sf_shadow._lock_objects((select array[r.object] from sf_shadow.run r where r.run_id = of_run_id));
  select r.* into run from sf_shadow.run r
  where r.run_id = of_run_id and r.state = 'sweeping' and r.kind = 'delta' for update;
  if not found then
    return 0;
  end if;
  unseen := array(
    select changed.record_id from unnest(changed_ids) changed (record_id)
    except
    select id.record_id from sf_shadow.run_page p cross join unnest(p.record_ids) id (record_id) where p.run_id = of_run_id);
  perform sf_shadow._hold_rows(run.object, unseen, false);
  select sf_shadow._mark_dirty(run.object, array_agg(changed.record_id),
    -- The row was right as of its own read or event, and as of what the object claims.
    array_agg(greatest(case when s.read_id is null then s.commit_timestamp else own.read_from - setting.margin end,
      claim.fresh_except_listed, '-infinity')),
    -- Each poll of the overlap finds it again: a mark that were put off time and again would never be ripe.
    array_agg(case when d.reason = sf_shadow._filter_doubt() then d.not_before
      else greatest(s.commit_timestamp, own.read_to, refused.known_until, seen.read_to) + setting.margin + interval '1 second' end),
    array_agg(sf_shadow._filter_doubt()))
  into marked
  from unnest(unseen) changed (record_id)
  cross join sf_shadow.setting setting
  join sf_shadow.object_claim claim on claim.object = run.object
  join sf_shadow.read seen on seen.read_id = run.read_id
  left join pg_temp.held s on s.record_id = changed.record_id
  left join sf_shadow.read own on own.read_id = s.read_id
  left join sf_shadow.reject refused on refused.object = run.object and refused.record_id = changed.record_id
  left join sf_shadow.dirty d on d.object = run.object and d.record_id = changed.record_id
  where s.record_id is not null or refused.record_id is not null or d.record_id is not null
    or exists (select from sf_shadow.run beside where beside.object = run.object and beside.kind = 'full' and beside.finished_at is null)
  having count(*) > 0;
  update sf_shadow.run r set changes_compared = true, progressed_at = now() where r.run_id = of_run_id;
  return coalesce(marked, 0);
end
$$;
