-- Ends a load, for operators: at once where nobody works on it, else at its next step; its bulk job is aborted. Returns
-- whether it was still going on. Safe to repeat. What asked for the load may ask again: a hole does, until it is closed.
-- Security definer: operators see nothing of the machinery. An unknown run is SF010.
create or replace function public.sf_shadow_cancel_run(run_id bigint) returns boolean
language sql security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
  select sf_shadow._cancel_run(of_run_id => run_id, of_reason => 'canceled by ' || session_user)
$$;
