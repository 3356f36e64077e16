-- Pauses an object, for operators: its events are passed over and its loads refused until sf_shadow_resume. The rows
-- stay and read as paused; a hole is open from what was applied. Returns whether that is new. Safe to repeat.
-- Security definer: operators see nothing of the machinery. An unknown object is SF006.
create or replace function public.sf_shadow_pause(object text) returns boolean
language sql security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
  select sf_shadow._enable_object(of_object => object, of_enabled => false)
$$;
