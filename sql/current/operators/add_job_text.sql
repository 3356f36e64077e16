-- public.add_job with text: without it a literal payload would fit json and jsonb alike, and Postgres would refuse
-- select add_job('backfill', '{"object":"Product2"}') as ambiguous. Returns the id of the job. Safe to repeat, as that is.
create or replace function public.add_job(identifier text, payload text) returns bigint
language plpgsql set search_path = '' as $$
begin
  if not pg_input_is_valid(payload, 'json') then
    raise exception 'the payload is not JSON: %', left(payload, 100)
      using errcode = 'SF010', hint = 'For instance: {"object":"Product2"}.';
  end if;
  return public.add_job(identifier, payload::json);
end
$$;
