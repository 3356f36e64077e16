-- Rule 8 where a parent's row gives way (_yield_values): its children are in Salesforce all the same and cannot be stored
-- without it, so that they are rejects as it is, read again when it is stored. One that is a reject already stays
-- what it is. Nothing was deleted: no tombstones, no doubts, and events of the children are judged as ever.
-- Consumes: ids of the parents whose rows are going. Produces: rejects, invalidations, the children's exact row count.
-- Locks the children's objects after the parent's. Safe to repeat.
create or replace function sf_shadow._reject_children(of_object text, parent_ids text[]) returns void
language plpgsql set search_path = '' as $$
declare
  child record;
  removed text[];
begin
  for child in
    select o.object, o.parent_field, r.*
    from sf_shadow.object o cross join sf_shadow._record_to_row(o.object) r
    where o.parent_object = of_object
    order by o.object_id
  loop
    perform sf_shadow._lock_objects(array[child.object]);
    execute format('select array_agg(s.%2$s) from %1$s s where s.%3$s = any ($1)',
      child.shadow_table, child.key_column, child.parent_column)
    into removed using parent_ids;
    continue when removed is null;

    perform sf_shadow._reject_children(child.object, removed);
    perform sf_shadow._rows_to_invalidations(child.object, removed);
    execute format($sql$
      with gone as (
        delete from %1$s s where s.%2$s = any ($1)
        returning s.%2$s as record_id, s.%3$s as parent_id, %4$s as claimed_value, s.raw_payload, s.commit_timestamp, s.read_id
      )
      insert into sf_shadow.reject (object, record_id, since, known_until, sqlstate, reason, refused_by, payload,
        parent_id, claimed_value)
      select $2, gone.record_id, sf_shadow._missing_since(gone.raw_payload),
        coalesce(greatest(gone.commit_timestamp, read.read_to), '-infinity'), why.error[1], why.error[2], why.error[3],
        sf_shadow._reject_payload(gone.raw_payload), gone.parent_id, gone.claimed_value
      from gone
      cross join lateral (select sf_shadow._rejected_parent($3, gone.parent_id, $4) as error) why
      left join sf_shadow.read read on read.read_id = gone.read_id
      on conflict (object, record_id) do update set since = excluded.since
    $sql$, child.shadow_table, child.key_column, child.parent_column, child.held_unique)
    using removed, child.object, of_object, child.parent_field;
    perform sf_shadow._rows_to_history(child.object, removed,
      array_fill((select clock.earliest from sf_shadow.salesforce_now clock), array[cardinality(removed)]),
      array_fill(false, array[cardinality(removed)]));

    update sf_shadow.object_state s set row_count = s.row_count - cardinality(removed) where s.object = child.object;
  end loop;
end
$$;
