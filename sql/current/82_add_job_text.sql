-- The same with text: without it a literal payload would fit json and jsonb alike, and Postgres would refuse
-- SELECT add_job('backfill', '{"object":"Product2"}') as ambiguous.
create or replace function public.add_job(identifier text, payload text) returns bigint
language sql set search_path = '' as $$
  select public.add_job(identifier, payload::json)
$$;
