-- Rule 14: Salesforce has refused a call for want of a daily limit. Changes sf_shadow.api_usage: every kind of call that
-- spends of it stops until /limits is asked: after as long as Salesforce asked to wait; at once (0) where it did not,
-- for its word alone is no proof; at the usual time (null) where /limits itself was refused. Safe to repeat.
create or replace function sf_shadow.refuse_calls(of_limit text, retry_after_ms double precision) returns void
language sql set search_path = '' as $$
  update sf_shadow.api_usage u set
    refused_until = greatest(u.refused_until,
      clock_timestamp() + coalesce(retry_after_ms * interval '1 millisecond', setting.limits_every)),
    -- Null: the look is over, and the next one is anybody's.
    looking_until = case when retry_after_ms is not null then u.looking_until end
  from sf_shadow.setting setting
  where u.limit_name = of_limit
$$;
