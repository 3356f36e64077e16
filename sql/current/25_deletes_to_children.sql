-- Rule 8, for deletes that are not applied to the parent: it was read again since and is back, or the event only
-- says that something happened (a gap). Its children went with it all the same: those that are not known from a
-- later read are in doubt, and an older event of a child may not bring it back.
-- Consumes: judged events of pg_temp.event_batch, the children's tables. Produces: doubts, parent_deletion.
-- Safe to repeat. Call it under the parent's lock.
create or replace function sf_shadow.deletes_to_children(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  deleted record;
  child record;
begin
  if not exists (select from sf_shadow.object o where o.parent_object = of_object) then
    return;
  end if;
  select array_agg(e.record_id) as ids, array_agg(e.deleted_at) as ats into deleted
  from (
    select e.record_id, max(e.commit_timestamp) as deleted_at
    from pg_temp.event_batch e
    where e.object = of_object and e.record_id is not null and e.commit_timestamp is not null
      and (e.change_type = 'DELETE' and e.verdict <> 'apply' or e.change_type = 'GAP_DELETE')
    group by e.record_id
  ) e;
  if deleted.ids is null then
    return;
  end if;

  insert into sf_shadow.parent_deletion as known (object, record_id, deleted_until)
  select of_object, p.record_id, p.deleted_at from unnest(deleted.ids, deleted.ats) p (record_id, deleted_at)
  on conflict (object, record_id) do update set deleted_until = greatest(known.deleted_until, excluded.deleted_until);

  for child in
    select o.object, r.*, setting.margin
    from sf_shadow.object o cross join sf_shadow.record_to_row(o.object) r cross join sf_shadow.setting setting
    where o.parent_object = of_object
    order by o.object_id
  loop
    perform sf_shadow.lock_objects(array[child.object]);
    execute format($sql$
      select sf_shadow.mark_dirty($3, array_agg(s.%2$s), array_agg(p.deleted_at),
        array_agg(greatest(p.deleted_at, read.read_to) + $4 + interval '1 second'), array_agg(%4$L || p.record_id || ' was deleted meanwhile'))
      from unnest($1, $2) p (record_id, deleted_at)
      join %1$s s on s.%3$s = p.record_id
      left join sf_shadow.read read on read.read_id = s.read_id
      where coalesce(read.read_from - $4 <= p.deleted_at, true)
      having count(*) > 0
    $sql$, child.shadow_table, child.key_column, child.parent_column, of_object || ' ')
    using deleted.ids, deleted.ats, child.object, child.margin;
  end loop;
end
$$;
