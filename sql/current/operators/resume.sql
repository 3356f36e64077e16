-- Ends the pause of an object, for operators: its events are applied again, and a delta and an Id comparison that are
-- queued now cover what was passed over; until then it is stale. Returns whether that is new. Safe to repeat.
-- Security definer: operators see nothing of the machinery. An unknown object is SF006.
create or replace function public.sf_shadow_resume(object text) returns boolean
language sql security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
  select sf_shadow._enable_object(of_object => object, of_enabled => true)
$$;
