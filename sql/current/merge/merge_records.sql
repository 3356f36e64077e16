-- The edge records_to_shadow (rule 5): merges full records into the shadow; bulk pages, deltas and re-reads.
-- Consumes: pg_temp.page (one text column per Salesforce field), the read they came from, the ids that the read has shown to
-- be missing, and whether a text may hold a mark (_unstorable_mark). Produces: shadow rows, tombstones, doubts, rejects,
-- invalidations.
-- Safe to repeat: the same page again is the same version again. Raises SF015 where the records were read without a field that
-- is mapped by now; a load's job is made anew then (_begin_fill). Raises 55000 where they were read without the object's filter.
create or replace function sf_shadow.merge_records(
  of_object text, of_read_id bigint, has_marks boolean default false, missing text[] default '{}', forced boolean default false
) returns sf_shadow.merge_counts
language plpgsql set search_path = '' set work_mem = '64MB' as $$
declare
  counts sf_shadow.merge_counts;
  drift bigint;
  unread text[];
begin
  perform sf_shadow._lock_objects(of_object || sf_shadow._waiting_objects(array(select page."Id" from pg_temp.page page)));
  perform sf_shadow._assert_filter(of_object, (select r.filter from sf_shadow.read r where r.read_id = of_read_id));
  if not exists (select from sf_shadow.run r where r.read_id = of_read_id) then
    unread := sf_shadow._unread_fields(of_object, array(
      select a.attname::text from pg_attribute a where a.attrelid = 'pg_temp.page'::regclass));
    if cardinality(unread) > 0 then
      raise exception 'records of % were read without %, which is mapped now', of_object, array_to_string(unread, ', ')
        using errcode = 'SF015', hint = 'Read them again.';
    end if;
  end if;
  perform sf_shadow._open_changes();
  perform sf_shadow._hold_rows(of_object, missing || array(select page."Id" from pg_temp.page page), true);
  perform sf_shadow._page_to_changes(of_object, of_read_id, has_marks, missing);
  drift := sf_shadow._count_drift(of_object);
  counts := sf_shadow._write_changes(of_object, forced);
  perform sf_shadow._put_off_marks(of_object, of_read_id);
  perform sf_shadow._fold_waiting(of_object, sf_shadow._stored_ids());
  counts.drift := drift;
  return counts;
end
$$;
