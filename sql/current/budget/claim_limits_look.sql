-- Rule 14: whether the caller is the one to look at /limits now, for all that are stopped.
-- Produces: the claim, for 30 s. Safe to repeat: nobody else, and no second call, gets it within that time.
create or replace function sf_shadow.claim_limits_look() returns boolean
language sql set search_path = '' as $$
  with claimed as (
    update sf_shadow.api_usage u set looking_until = clock_timestamp() + interval '30 seconds'
    where u.limit_name = 'DailyApiRequests' and coalesce(u.looking_until < clock_timestamp(), true)
    returning true
  )
  select exists (select from claimed)
$$;
