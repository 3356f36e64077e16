-- Rule 12. Consumes: pg_temp.change. Produces: one outbox row and one notification for the changes that a
-- reader sees, in the transaction that makes them; nothing where nothing changed.
create or replace function sf_shadow._changes_to_invalidations(of_object text) returns void
language plpgsql set search_path = '' as $$
begin
  perform sf_shadow._append_invalidation(of_object, array_agg(c.record_id order by c.record_id),
    array_agg(c.parent_id) || array_agg(c.old_parent_id), array_agg(c.unique_value) || array_agg(c.old_unique_value))
  from pg_temp.change c
  where c.changed and c.error is null and c.verdict in ('replace', 'keep') or c.yields
  having count(*) > 0;
end
$$;
