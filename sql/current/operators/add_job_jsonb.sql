-- public.add_job with jsonb, so that an argument of either type works as written. Returns the id of the job.
-- Safe to repeat, as that is.
create or replace function public.add_job(identifier text, payload jsonb) returns bigint
language sql set search_path = '' as $$
  select public.add_job(identifier, payload::json)
$$;
