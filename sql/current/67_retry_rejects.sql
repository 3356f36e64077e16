-- Rule 9: rejects are tried again by reading them again. Consumes: sf_shadow.reject of an object, or of all (null).
-- Produces: doubts, which the re-read settles. Returns how many. Safe to repeat.
create or replace function sf_shadow.retry_rejects(of_object text default null) returns bigint
language sql set search_path = '' as $$
  select coalesce(sum(marked), 0) from (
    select sf_shadow.mark_dirty(r.object, array_agg(r.record_id), array_agg(r.since), array_agg(now()),
      array_agg('a rejected record is tried again'::text)) as marked
    from sf_shadow.reject r
    where of_object is null or r.object = of_object
    group by r.object
  ) retried
$$;
