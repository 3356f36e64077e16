-- Rule 8, for what a parent's own row does not show: a delete that is not applied to it (it was read again since, or
-- the event only says that something happened, a gap), and a return of one that never seemed away. Its children
-- went and came with it all the same, perhaps untold. After a delete those in the shadow are in doubt, and an older
-- event of a child must not bring it back; after a return those that are gone are: where no later read says how they are.
-- Those that are rejects because it is one are in doubt after either: nothing else would tell that they have gone with it.
-- Consumes: judged events of pg_temp.event_batch, the children's tables, tombstones, rejects. Produces: doubts, parent_deletion.
-- Safe to repeat. Call it under the parent's lock.
create or replace function sf_shadow._parents_to_children(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  told record;
  child record;
begin
  if not exists (select from sf_shadow.object o where o.parent_object = of_object) then
    return;
  end if;
  select array_agg(e.record_id) as ids, array_agg(e.deleted_at) as deleted, array_agg(e.returned_at) as returned into told
  from (
    select e.record_id,
      max(e.commit_timestamp) filter (where e.change_type in ('DELETE', 'GAP_DELETE')) as deleted_at,
      max(e.commit_timestamp) filter (where e.change_type in ('UNDELETE', 'GAP_UNDELETE')) as returned_at
    from pg_temp.event_batch e
    where e.object = of_object and e.record_id is not null and e.commit_timestamp is not null
      and (e.change_type in ('UNDELETE', 'GAP_UNDELETE', 'GAP_DELETE')
        or e.change_type = 'DELETE' and (e.verdict <> 'apply' or e.unusable is not null))
    group by e.record_id
  ) e;
  if told.ids is null then
    return;
  end if;

  perform sf_shadow._note_parent_deletions(of_object, array_agg(p.record_id), array_agg(p.deleted_at))
  from unnest(told.ids, told.deleted) p (record_id, deleted_at)
  where p.deleted_at is not null
  having count(*) > 0;

  for child in
    select o.object, r.*, setting.margin
    from sf_shadow.object o cross join sf_shadow._record_to_row(o.object) r cross join sf_shadow.setting setting
    where o.parent_object = of_object
    order by o.object_id
  loop
    perform sf_shadow._lock_objects(array[child.object]);
    execute format($sql$
      select sf_shadow._mark_dirty($4, array_agg(doubt.record_id), array_agg(doubt.at),
        array_agg(greatest(doubt.at, read.read_to) + $5 + interval '1 second'), array_agg(%4$L || doubt.parent_id || doubt.what))
      from (
        select s.%2$s as record_id, p.record_id as parent_id, p.deleted_at as at, ' was deleted meanwhile' as what, s.read_id,
          true as present
        from unnest($1, $2) p (record_id, deleted_at)
        join %1$s s on s.%3$s = p.record_id
        where p.deleted_at is not null
        union all
        select t.record_id, p.record_id, p.returned_at, ' was back meanwhile', t.read_id, false
        from unnest($1, $3) p (record_id, returned_at)
        join sf_shadow.tombstone t on t.object = $4 and t.parent_id = p.record_id
        where p.returned_at is not null
        union all
        select r.record_id, p.record_id, greatest(p.deleted_at, p.returned_at), ' was away', null, false
        from unnest($1, $2, $3) p (record_id, deleted_at, returned_at)
        join sf_shadow.reject r on r.object = $4 and r.parent_id = p.record_id
      ) doubt
      left join sf_shadow.read read on read.read_id = doubt.read_id
      join sf_shadow.object_state state on state.object = $4
      left join sf_shadow.read full_read on full_read.read_id = state.full_read_id and doubt.present
      where coalesce(greatest(read.read_from, full_read.read_from) - $5 <= doubt.at, true)
      having count(*) > 0
    $sql$, child.shadow_table, child.key_column, child.parent_column, of_object || ' ')
    using told.ids, told.deleted, told.returned, child.object, child.margin;
  end loop;
end
$$;
