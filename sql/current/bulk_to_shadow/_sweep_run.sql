-- Rule 7, the Id comparison: what is in the shadow, or a reject, and not in the run's durable id set was deleted without
-- a trace. Consumes: sf_shadow.run_page of a run in state sweeping. Produces: deletes with proven tombstones,
-- where the record was last known before the read began; doubts for the rest, and for ids that the shadow lacks.
-- Refuses (SF008) unless the set has as many ids as the job processed. SF003 when the fuse trips. Call it under the object's
-- lock, and that of the run's row.
create or replace function sf_shadow._sweep_run(of_run_id bigint) returns sf_shadow.merge_counts
language plpgsql set search_path = '' set work_mem = '64MB' as $$
declare
  run sf_shadow.run;
  read sf_shadow.read;
  mapping record;
  seen bigint;
begin
  select r.* into run from sf_shadow.run r where r.run_id = of_run_id;
  select r.* into read from sf_shadow.read r where r.read_id = run.read_id;
  create temporary table seen_id on commit drop as
    select distinct id.record_id from sf_shadow.run_page p cross join unnest(p.record_ids) id (record_id)
    where p.run_id = of_run_id;
  select count(*) into seen from pg_temp.seen_id;
  if seen <> run.expected then
    raise exception 'run % of % has % different ids, and its job processed % records', of_run_id, run.object, seen, run.expected
      using errcode = 'SF008', hint = 'Nothing was deleted. Run the load again.';
  end if;
  analyze pg_temp.seen_id;

  select r.*, setting.margin,
    -- Since when a record may be missing: the object claimed nothing later than this, or has claimed nothing yet.
    least(read.read_from - setting.margin, coalesce(claim.fresh_except_listed, claim.proven_as_of, '-infinity')) as complete_until,
    full_read.read_from as full_from, full_read.read_to as full_to,
    sf_shadow._is_beside_load(run.object, run.read_id) as is_beside_load
  into mapping
  from sf_shadow._mapping(run.object) r cross join sf_shadow.setting setting
  join sf_shadow.object_claim claim on claim.object = run.object
  join sf_shadow.object_state state on state.object = run.object
  left join sf_shadow.read full_read on full_read.read_id = state.full_read_id;
  perform sf_shadow._open_changes();
  execute format($sql$
    insert into pg_temp.change (record_id, verdict, absent, present, entombed, old_unique_value, old_parent_id, changed,
      system_modstamp, read_id, commit_timestamp, commit_number, sequence_number, proven, by_absence,
      doubt_since, doubt_not_before, dirty_reason)
    select s.%2$s, case when decided then 'replace' else 'dirty' end, true, true, false, %3$s, %4$s, decided,
      s.system_modstamp, $1, s.commit_timestamp, s.commit_number, s.sequence_number, true,
      -- What a change has taken out of the filter was told to go (rule 17).
      d.reason is distinct from sf_shadow._filter_doubt(),
      coalesce(case when s.read_id is null then s.commit_timestamp else r.read_from - $4 end, '-infinity'),
      greatest(s.commit_timestamp, r.read_to, refused.known_until, $3) + $4 + interval '1 second',
      case when not decided then 'not seen by a run that began before its last change' end
    from %1$s s
    left join sf_shadow.read own on own.read_id = s.read_id
    left join sf_shadow.reject refused on refused.object = $5 and refused.record_id = s.%2$s
    left join sf_shadow.dirty d on d.object = $5 and d.record_id = s.%2$s
    cross join lateral (select
      sf_shadow._known_time(own.read_from, $6, d.record_id is null and refused.record_id is null) as read_from,
      sf_shadow._known_time(own.read_to, $7, true) as read_to) r
    -- A read that is forgotten (maintain) was before this run.
    cross join lateral (
      select not $8 and greatest(s.commit_timestamp, r.read_to, refused.known_until, '-infinity') < $2 - $4 as decided) judged
    where not exists (select from pg_temp.seen_id where seen_id.record_id = s.%2$s)
  $sql$, mapping.shadow_table, mapping.key_column, mapping.held_unique, mapping.held_parent)
  using read.read_id, read.read_from, read.read_to, mapping.margin, run.object, mapping.full_from, mapping.full_to,
    mapping.is_beside_load;

  -- Rejects without a row are no less known.
  execute format($sql$
    insert into pg_temp.change (record_id, verdict, absent, present, entombed, old_parent_id, changed,
      system_modstamp, read_id, commit_timestamp, commit_number, sequence_number, proven, by_absence,
      doubt_since, doubt_not_before, dirty_reason)
    select refused.record_id, case when decided then 'replace' else 'dirty' end, true, false, t.record_id is not null,
      refused.parent_id, false, t.system_modstamp, $1, t.commit_timestamp, t.commit_number, t.sequence_number, true, true,
      refused.since, greatest(refused.known_until, $3) + $4 + interval '1 second',
      case when not decided then 'not seen by a run that began before its last change' end
    from sf_shadow.reject refused
    left join sf_shadow.tombstone t on t.object = refused.object and t.record_id = refused.record_id
    cross join lateral (select refused.known_until < $2 - $4 as decided) judged
    where refused.object = $5
      and not exists (select from pg_temp.seen_id where seen_id.record_id = refused.record_id)
      and not exists (select from %1$s s where s.%2$s = refused.record_id)
  $sql$, mapping.shadow_table, mapping.key_column)
  using read.read_id, read.read_from, read.read_to, mapping.margin, run.object;

  -- An Id comparison has also seen records that the shadow lacks; a full run has merged them already.
  if run.kind = 'ids' then
    execute format($sql$
      select sf_shadow._mark_dirty($1, array_agg(record_id), array_agg($2), array_agg($3 + $4 + interval '1 second'),
        array_agg('in Salesforce, and not in the shadow'::text))
      from pg_temp.seen_id
      where not exists (select from %1$s s where s.%2$s = seen_id.record_id)
        and not exists (select from sf_shadow.reject r where r.object = $1 and r.record_id = seen_id.record_id)
      having count(*) > 0
    $sql$, mapping.shadow_table, mapping.key_column)
    using run.object, mapping.complete_until, read.read_to, mapping.margin;
  end if;
  drop table pg_temp.seen_id;
  return sf_shadow._write_changes(run.object, run.forced);
end
$$;
