-- Rule 6: clears the marks of records that were read again, where nothing dirtied them since the read was
-- captured (its generation); a mark that the merge itself renewed stays. Call it in the merge's transaction.
create or replace function sf_shadow.clear_marks(of_object text, record_ids text[], generations bigint[]) returns bigint
language sql set search_path = '' as $$
  with cleared as (
    delete from sf_shadow.dirty d
    using unnest(record_ids, generations) reread (record_id, generation)
    where d.object = of_object and d.record_id = reread.record_id and d.generation = reread.generation
    returning 1
  )
  select count(*) from cleared
$$;
