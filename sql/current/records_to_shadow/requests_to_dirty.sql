-- Turns what readers asked to be refreshed into doubts, which records_to_shadow settles. Consumes: requests that are
-- committed and in nobody's hands. Produces: marks, for records without one; a new mark on a marked record would only
-- put its settlement off. Returns how many requests. Safe to repeat.
create or replace function sf_shadow.requests_to_dirty(of_object text) returns bigint
language sql set search_path = '' as $$
  with request as (
    delete from sf_shadow.refresh_request r
    where (r.object, r.record_id) in (
      select q.object, q.record_id from sf_shadow.refresh_request q where q.object = of_object for update skip locked)
    returning r.record_id, r.since, r.not_before
  ), marked as (
    select sf_shadow._mark_dirty(of_object, array_agg(request.record_id), array_agg(request.since),
      array_agg(request.not_before), array_agg('a reader found it stale'::text))
    from request
    where not exists (select from sf_shadow.dirty d where d.object = of_object and d.record_id = request.record_id)
    having count(*) > 0
  )
  select count(*) from request left join marked on true
$$;
