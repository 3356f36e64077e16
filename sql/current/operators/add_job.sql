-- The operators' entry: select add_job('backfill', '{"object":"Product2"}'). Produces: a job. Returns its id.
-- Security definer, because graphile-worker's tables are row-secured to their owner; hence it accepts only this
-- project's tasks with a payload of their shape (SF010), and is safe to repeat: one waiting job per task and object.
create or replace function public.add_job(identifier text, payload json default '{}') returns bigint
language plpgsql security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
declare
  subject text;
  task sf_shadow.task;
begin
  if octet_length(payload::text) > 2000 then
    raise exception 'the payload has % bytes, and 2000 are the most', octet_length(payload::text)
      using errcode = 'SF010', hint = 'For instance: {"object":"Product2"}.';
  end if;
  -- Also what json takes and jsonb does not: a NUL, a lone surrogate.
  if not pg_input_is_valid(payload::text, 'jsonb') then
    raise exception 'the payload is not JSON that Postgres can store'
      using errcode = 'SF010', hint = 'For instance: {"object":"Product2"}.';
  end if;
  perform sf_shadow._check_job(identifier, payload::jsonb);
  -- Of a key that is there twice, jsonb keeps the last: what was checked is what is queued.
  payload := payload::jsonb::json;
  select t.* into task from sf_shadow.task t where t.task = identifier;
  subject := coalesce(payload ->> 'object', payload ->> 'topic', 'all');
  return sf_shadow._add_keyed_job(
    identifier => identifier, payload => payload,
    queue_name => task.queue || ':' || subject,
    -- Wishes for the fields of one object stand beside each other.
    job_key => concat_ws(':', identifier, subject, case when task.queue = 'fields' then left(md5(payload::text), 8) end),
    max_attempts => case when task.is_once then 1 end
  );
end
$$;
