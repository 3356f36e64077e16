-- Rule 14: Salesforce has refused a call because a daily limit is used up. Every kind of call that spends of it stops for
-- as long as Salesforce asked (null: until the limits are to be looked at again). Safe to repeat.
create or replace function sf_shadow.refuse_calls(of_limit text, retry_after_ms double precision) returns void
language sql set search_path = '' as $$
  update sf_shadow.api_usage u set
    refused_until = greatest(u.refused_until,
      clock_timestamp() + coalesce(retry_after_ms * interval '1 millisecond', setting.limits_every))
  from sf_shadow.setting setting
  where u.limit_name = of_limit
$$;
