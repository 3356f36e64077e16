-- Consumes: pg_temp.change. Produces: a tombstone for each record that is absent now, so that an older event or
-- page cannot bring it back (rule 7), and none for those that are present. Safe to repeat.
create or replace function sf_shadow._write_tombstones(of_object text) returns void
language plpgsql set search_path = '' as $$
begin
  insert into sf_shadow.tombstone as known (object, record_id, system_modstamp, read_id, commit_timestamp, commit_number,
    sequence_number, proven, weak, parent_id)
  select of_object, c.record_id, c.system_modstamp, c.read_id, c.commit_timestamp, c.commit_number, c.sequence_number,
    c.proven, false, coalesce(c.old_parent_id, refused.parent_id, doubt.parent_id)
  from pg_temp.change c
  -- The parent of a record that was never stored: it may return with that.
  left join sf_shadow.reject refused on refused.object = of_object and refused.record_id = c.record_id
  left join sf_shadow.dirty doubt on doubt.object = of_object and doubt.record_id = c.record_id
  where c.verdict in ('replace', 'keep') and c.absent
  on conflict (object, record_id) do update set (system_modstamp, read_id, commit_timestamp, commit_number,
    sequence_number, proven, weak, parent_id, parent_deleted_until) = (excluded.system_modstamp, excluded.read_id,
    excluded.commit_timestamp, excluded.commit_number, excluded.sequence_number, excluded.proven, false,
    coalesce(excluded.parent_id, known.parent_id), null);

  if exists (select from pg_temp.change c where c.entombed) then
    delete from sf_shadow.tombstone t
    using pg_temp.change c
    where t.object = of_object and t.record_id = c.record_id
      and c.verdict = 'replace' and not c.absent and c.error is null;
  end if;
end
$$;
