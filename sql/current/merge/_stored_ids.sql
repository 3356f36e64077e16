-- The records that a change has just brought into the shadow. Consumes: pg_temp.change after it was written. Reads only.
create or replace function sf_shadow._stored_ids() returns text[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(c.record_id), '{}') from pg_temp.change c
  where c.verdict = 'replace' and not c.absent and not c.present and c.error is null and c.dirty_reason is null
$$;
