-- The operators' entry: SELECT add_job('backfill', '{"object":"Product2"}').
-- Security definer, because graphile-worker's tables are row-secured to their owner; hence it accepts only this
-- project's tasks with a payload of their shape (SF010), and keeps one waiting job per task and object.
create or replace function public.add_job(identifier text, payload json default '{}') returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  named text := payload ->> 'object';
begin
  if identifier is null or identifier not in ('backfill', 'delta', 'compare_ids', 'records_to_shadow', 'verify', 'maintain', 'clear_cache') then
    raise exception 'there is no task %', coalesce(quote_literal(identifier), 'null')
      using errcode = 'SF010', hint = 'Tasks: backfill, delta, compare_ids, records_to_shadow, verify, maintain, clear_cache.';
  end if;
  if json_typeof(payload) <> 'object' then
    raise exception 'the payload of % must be a JSON object', identifier
      using errcode = 'SF010', hint = 'For instance: {"object":"Product2"}; {} means every object.';
  end if;
  if exists (select from json_object_keys(payload) k where k not in ('object', 'force')) then
    raise exception 'the payload of % knows only "object" and "force", not %', identifier, payload
      using errcode = 'SF010', hint = 'For instance: {"object":"Product2"}; {} means every object.';
  end if;
  if json_typeof(payload -> 'object') = 'null' then
    named := null;
  elsif named is not null and not exists (select from sf_shadow.object o where o.object = named and o.enabled) then
    raise exception 'object % is not mirrored', quote_literal(named)
      using errcode = 'SF010',
        hint = 'Mirrored objects: ' || (select string_agg(o.object, ', ') from sf_shadow.objects_in_order() o) || '.';
  end if;
  if coalesce(json_typeof(payload -> 'force'), 'boolean') <> 'boolean' then
    raise exception '"force" must be true or false'
      using errcode = 'SF010', hint = 'For instance: {"object":"Product2","force":true}.';
  end if;
  if named is null and identifier = 'records_to_shadow' then
    raise exception 'records_to_shadow needs an object' using errcode = 'SF010', hint = 'For instance: {"object":"Product2"}.';
  end if;
  return sf_shadow.add_keyed_job(
    identifier => identifier, payload => payload,
    queue_name => case when identifier in ('backfill', 'delta', 'compare_ids') then 'load' else identifier end || ':' || coalesce(named, 'all'),
    job_key => identifier || ':' || coalesce(named, 'all')
  );
end
$$;
