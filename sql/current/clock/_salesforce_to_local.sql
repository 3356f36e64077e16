-- When, on this database's clock, Salesforce's has surely come to a time: for jobs, which the queue starts by its own
-- clock. What a job does is decided by Salesforce's clock all the same; an untrue offset makes it early or late. Reads only.
create or replace function sf_shadow._salesforce_to_local(at timestamptz) returns timestamptz
language sql stable set search_path = '' as $$
  select at - c.ahead_at_least from sf_shadow.salesforce_clock c
$$;
