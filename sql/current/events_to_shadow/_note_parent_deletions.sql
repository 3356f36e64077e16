-- Rule 8: remembers until when parents are known to have been deleted, for the filter of their children's events.
-- Consumes: parallel arrays without nulls. Produces: parent_deletion. Safe to repeat: the latest time stays.
create or replace function sf_shadow._note_parent_deletions(of_object text, parent_ids text[], deleted_untils timestamptz[]) returns void
language sql set search_path = '' as $$
  insert into sf_shadow.parent_deletion as known (object, record_id, deleted_until)
  select of_object, p.record_id, p.deleted_until from unnest(parent_ids, deleted_untils) p (record_id, deleted_until)
  on conflict (object, record_id) do update set deleted_until = greatest(known.deleted_until, excluded.deleted_until);
$$;
