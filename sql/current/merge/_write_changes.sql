-- The one way into a shadow table: every path ends here (docs/architecture.md).
-- Consumes: pg_temp.change of one object, under its lock. Produces: rows, tombstones, doubts, rejects,
-- the exact row count, the bounds of updated_at, the outbox. Safe to repeat: the changes carry the version they are.
-- Raises SF003 where deletes by absence pass the fuse of rule 7, unless forced.
create or replace function sf_shadow._write_changes(of_object text, forced boolean default false) returns sf_shadow.merge_counts
language plpgsql set search_path = '' as $$
declare
  counts sf_shadow.merge_counts;
  oldest timestamptz;
  newest timestamptz;
begin
  perform sf_shadow._set_aside_orphans(of_object);
  perform sf_shadow._check_fuse(of_object, forced);
  perform sf_shadow._remove_children(of_object,
    array_agg(c.record_id), array_agg(coalesce(c.deleted_meanwhile, greatest(c.commit_timestamp, r.read_to))),
    array_agg(c.by_absence), forced)
  from pg_temp.change c
  left join sf_shadow.read r on r.read_id = c.read_id and c.proven
  where c.verdict = 'replace' and (c.absent or c.deleted_meanwhile is not null)
  having count(*) > 0;

  perform sf_shadow._write_rows(of_object);
  perform sf_shadow._write_tombstones(of_object);
  perform sf_shadow._write_rejects(of_object);
  perform sf_shadow._mark_waiting(of_object);
  perform sf_shadow._mark_dirty(of_object, array_agg(c.record_id), array_agg(c.doubt_since),
    array_agg(c.doubt_not_before), array_agg(c.dirty_reason), array_agg(c.parent_id), array_agg(c.waits_for))
  from pg_temp.change c
  where c.dirty_reason is not null
  having count(*) > 0;
  perform sf_shadow._changes_to_invalidations(of_object);
  perform sf_shadow._changes_to_history(of_object);

  select
    count(*) filter (where c.verdict = 'replace' and c.error is null and not c.absent and not c.present),
    count(*) filter (where c.verdict = 'replace' and c.error is null and not c.absent and c.present and c.changed),
    -- Who gave way and is written with another value after all was never gone.
    count(*) filter (where c.verdict = 'replace' and c.absent and c.present
      or c.yields and not (c.verdict = 'replace' and c.error is null)),
    count(*) filter (where c.error is null and (c.verdict in ('keep', 'equal') or c.verdict = 'replace' and not c.changed)),
    count(*) filter (where c.verdict = 'ignore' and not c.yields),
    count(*) filter (where c.dirty_reason is not null),
    count(*) filter (where c.error is not null),
    0
  into counts
  from pg_temp.change c;

  select min(c.updated_at), max(c.updated_at) into oldest, newest
  from pg_temp.change c
  where c.verdict in ('replace', 'keep') and not c.absent and c.error is null;
  update sf_shadow.object_state s set
    row_count = s.row_count + counts.inserted - counts.deleted,
    -- Bounds of rows that are all gone say nothing.
    oldest_updated_at = least(case when s.row_count > 0 then s.oldest_updated_at end, oldest),
    newest_updated_at = greatest(case when s.row_count > 0 then s.newest_updated_at end, newest)
  where s.object = of_object
    and (counts.inserted <> counts.deleted or oldest < s.oldest_updated_at or newest > s.newest_updated_at);
  return counts;
end
$$;
