-- Rule 6: the end, on Salesforce's clock, of a hole that ends now and is known to end by this database alone (a pause, a
-- field that is readable again). However far off the measured clock is, no run that has begun already is later: it
-- would pass for the one that covers the hole. Reads only.
create or replace function sf_shadow._hole_end(of_object text) returns timestamptz
language sql set search_path = '' as $$
  -- Not when this transaction began: a batch that was opened before its lock is passed over still.
  select greatest(clock_timestamp() + clock.ahead_at_most, (select max(r.read_from) from sf_shadow.run r where r.object = of_object))
  from sf_shadow.salesforce_clock clock
$$;
