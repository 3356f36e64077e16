-- Rule 8: removes the children of deleted parents before the foreign key would, so that they leave a weak
-- tombstone, a doubt, a count and an invalidation. Consumes: parallel arrays of the parents that are going,
-- until when each is known to be deleted, and whether that is inferred from absence. Rule 7: the fuse of the
-- children's object counts those of inferred deletes, and raises SF003 unless forced; what an event tells is proven.
-- Locks the children's objects after the parent's. Safe to repeat.
create or replace function sf_shadow._remove_children(
  of_object text, parent_ids text[], deleted_untils timestamptz[], by_absence boolean[], forced boolean
) returns void
language plpgsql set search_path = '' as $$
declare
  child record;
  removed record;
begin
  if not exists (select from sf_shadow.object o where o.parent_object = of_object) then
    return;
  end if;
  perform sf_shadow._note_parent_deletions(of_object, parent_ids, deleted_untils);

  for child in
    select o.object, r.*, setting.margin
    from sf_shadow.object o cross join sf_shadow._record_to_row(o.object) r cross join sf_shadow.setting setting
    where o.parent_object = of_object
    order by o.object_id
  loop
    perform sf_shadow._lock_objects(array[child.object]);
    execute format($sql$
      select array_agg(s.%2$s) as ids, array_agg(p.deleted_until) as untils, array_agg(p.by_absence) as by_absence
      from unnest($1, $2, $3) p (record_id, deleted_until, by_absence)
      join %1$s s on s.%3$s = p.record_id
    $sql$, child.shadow_table, child.key_column, child.parent_column)
    into removed using parent_ids, deleted_untils, by_absence;
    continue when removed.ids is null;

    perform sf_shadow._count_absences(child.object, cardinality(array_positions(removed.by_absence, true)), not forced);
    perform sf_shadow._remove_children(child.object, removed.ids, removed.untils, removed.by_absence, forced);
    perform sf_shadow._rows_to_invalidations(child.object, removed.ids);
    execute format($sql$
      with gone as (
        delete from %1$s s using unnest($1, $2) g (record_id, deleted_until) where s.%2$s = g.record_id
        returning s.%2$s as record_id, s.%3$s as parent_id, g.deleted_until, s.system_modstamp, s.read_id,
          s.commit_timestamp, s.commit_number, s.sequence_number,
          -- It may have another parent by now.
          sf_shadow._missing_since(s.raw_payload) as missing_since
      ), entombed as (
        insert into sf_shadow.tombstone as t (object, record_id, system_modstamp, read_id, commit_timestamp, commit_number,
          sequence_number, proven, weak, parent_id, parent_deleted_until)
        select $3, record_id, system_modstamp, read_id, commit_timestamp, commit_number, sequence_number,
          false, true, parent_id, deleted_until
        from gone
        on conflict (object, record_id) do update set (deleted_at, system_modstamp, read_id, commit_timestamp, commit_number,
          sequence_number, proven, weak, parent_id, parent_deleted_until) = (now(), excluded.system_modstamp, excluded.read_id,
          excluded.commit_timestamp, excluded.commit_number, excluded.sequence_number, false, true, excluded.parent_id,
          excluded.parent_deleted_until)
      )
      select sf_shadow._mark_dirty($3, array_agg(record_id), array_agg(missing_since),
        array_agg(deleted_until + $4 + interval '1 second'), array_agg(%4$L || parent_id || ' was deleted'))
      from gone
    $sql$, child.shadow_table, child.key_column, child.parent_column, of_object || ' ')
    using removed.ids, removed.untils, child.object, child.margin;
    perform sf_shadow._rows_to_history(child.object, removed.ids, removed.untils, array_fill(true, array[cardinality(removed.ids)]));

    update sf_shadow.object_state s set row_count = s.row_count - cardinality(removed.ids) where s.object = child.object;
  end loop;
end
$$;
