-- The versions of a batch's records. Consumes: pg_temp.change, after it was written, and the shadow rows. Produces: rows of the history
-- table, where the object has one. A delete is as old as its event, as the deleted record's stamp, or else as the end of the read that
-- has missed it. A row that gave way (rule 9) was not deleted: its version ends now. Nor has a read that misses a record of a filtered
-- object shown a delete: it may have left the filter (rule 17). Safe to repeat.
create or replace function sf_shadow._changes_to_history(of_object text) returns void
language plpgsql set search_path = '' as $$
begin
  if not exists (select from sf_shadow.object o where o.object = of_object and o.history_table is not null) then
    return;
  end if;
  perform sf_shadow._rows_to_history(of_object, array_agg(c.record_id),
    array_agg(coalesce(case when c.yields then null when c.proven then coalesce(c.updated_at, r.read_to) else c.commit_timestamp end,
      clock.earliest)),
    array_agg(c.verdict = 'replace' and c.absent and (o.filter is null or not c.proven or c.updated_at is not null)))
  from pg_temp.change c
  join sf_shadow.object o on o.object = of_object
  cross join sf_shadow.salesforce_now clock
  left join sf_shadow.read r on r.read_id = c.read_id and c.proven
  where c.verdict in ('replace', 'keep') and c.error is null or c.yields
  having count(*) > 0;
end
$$;
