-- Now, on Salesforce's clock, for whoever tells the age of a synced_at, updated_at or fresh_as_of: never earlier than it
-- is, and right to a second or two. now() is another clock, which may be minutes off. Security definer: readers do not
-- see the machinery. On a replica it goes by the replica's own clock. Reads only.
create or replace function public.sf_shadow_salesforce_now() returns timestamptz
language sql security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
  select clock.latest from sf_shadow.salesforce_now clock
$$;
