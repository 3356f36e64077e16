-- Rule 7 for objects that are polled: no event tells that a record was deleted without a trace, so they are compared by Id each day;
-- each hour, where no poll sees what is in the recycle bin either, and one call shows all Ids: they have no IsDeleted, or are
-- polled by CreatedDate, which a delete does not move.
-- Produces: the jobs. Safe to repeat: whatever its end, a comparison or a full load counts from its beginning.
create or replace function sf_shadow._add_comparison_jobs() returns void
language sql set search_path = '' as $$
  select public.add_job('compare_ids', json_build_object('object', o.object))
  from sf_shadow.object o
  join sf_shadow.object_state s on s.object = o.object
  cross join lateral (select o.cursor_field <> 'CreatedDate' and exists (
    select from sf_shadow.described_field d where d.object = o.object and d.field = 'IsDeleted') as is_told) deletion
  cross join lateral (
    select case when deletion.is_told or s.row_count > 2000 then interval '1 day' else interval '1 hour' end as every) due
  where o.poll_every is not null and o.enabled and s.delta_from is not null
    and not exists (select from sf_shadow.run r
      where r.object = o.object and r.kind in ('full', 'ids') and r.created_at > now() - due.every)
$$;
