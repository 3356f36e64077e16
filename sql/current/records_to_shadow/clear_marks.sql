-- Rule 6. Changes sf_shadow.dirty: clears the marks of records that were read again, where nothing dirtied them since
-- the read was captured (its generation); a mark that the merge itself renewed stays, and backs off: from 2 s doubling
-- to 10 minutes, so that a record that changes all the time costs few calls. A null generation stands for a record that
-- was only read along (ripe_marks): its own mark is as it was. Call it in the merge's transaction. Safe to repeat: a
-- renewed mark is put off once more.
create or replace function sf_shadow.clear_marks(of_object text, record_ids text[], generations bigint[]) returns bigint
language plpgsql set search_path = '' as $$
declare
  cleared bigint;
begin
  delete from sf_shadow.dirty d
  using unnest(record_ids, generations) reread (record_id, generation)
  where d.object = of_object and d.record_id = reread.record_id and d.generation = reread.generation;
  get diagnostics cleared = row_count;
  update sf_shadow.dirty d set
    attempts = d.attempts + 1,
    not_before = d.not_before + least(interval '10 minutes', interval '1 second' * 2 ^ least(d.attempts + 1, 10))
  from unnest(record_ids, generations) reread (record_id, generation)
  where d.object = of_object and d.record_id = reread.record_id and reread.generation is not null;
  return cleared;
end
$$;
