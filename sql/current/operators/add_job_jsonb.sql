-- The same with jsonb, so that an argument of either type works as written.
create or replace function public.add_job(identifier text, payload jsonb) returns bigint
language sql set search_path = '' as $$
  select public.add_job(identifier, payload::json)
$$;
