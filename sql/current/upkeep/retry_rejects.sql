-- Rule 9: rejects are tried again by reading them again. Consumes: sf_shadow.reject of an object, or of all (null).
-- Produces: doubts, which the re-read settles. Returns how many. Safe to repeat.
create or replace function sf_shadow.retry_rejects(of_object text default null) returns bigint
language sql set search_path = '' as $$
  select coalesce(sum(marked), 0) from (
    select sf_shadow._mark_dirty(r.object, array_agg(r.record_id), array_agg(r.since),
      -- As every doubt: not before what is known of it is visible for sure.
      array_agg(coalesce(nullif(greatest(r.known_until, r.since), '-infinity'), clock.earliest) + setting.margin + interval '1 second'),
      array_agg('a rejected record is tried again'::text)) as marked
    from sf_shadow.reject r cross join sf_shadow.setting setting cross join sf_shadow.salesforce_now clock
    where of_object is null or r.object = of_object
    group by r.object
  ) retried
$$;
