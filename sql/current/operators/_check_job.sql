-- Refuses (SF010) what operators must not queue: a task that is not theirs, a payload that is not of its shape. Messages
-- quote no more than the beginning of what was given. Reads only.
create or replace function sf_shadow._check_job(identifier text, payload jsonb) returns void
language plpgsql stable set search_path = '' as $$
declare
  task sf_shadow.task;
  named text := payload ->> 'object';
  fault text;
begin
  select t.* into task from sf_shadow.task t where t.task = identifier and t.by_operators;
  if not found then
    raise exception 'there is no task %', coalesce(quote_literal(left(identifier, 60)), 'null')
      using errcode = 'SF010',
        hint = 'Tasks: ' || (select string_agg(t.task, ', ' order by t.task) from sf_shadow.task t where t.by_operators) || '.';
  end if;

  if jsonb_typeof(payload) <> 'object' then
    fault := 'the payload of ' || identifier || ' must be a JSON object';
  elsif exists (select from jsonb_object_keys(payload) k where k <> all (task.keys)) then
    fault := format('the payload of %s knows %s, not %s', identifier,
      coalesce(nullif(array_to_string(array(select format('"%s"', k) from unnest(task.keys) k), ' and '), ''), 'no key'),
      left(payload::text, 100));
  elsif exists (select from unnest(task.required) r where coalesce(payload -> r, 'null') = 'null') then
    fault := format('%s needs %s', identifier, array_to_string(array(select format('"%s"', r) from unnest(task.required) r), ' and '));
  elsif payload -> 'object' <> 'null' and (jsonb_typeof(payload -> 'object') <> 'string'
    or not task.of_any_object and not exists (select from sf_shadow.object o where o.object = named)) then
    fault := format('object %s is not mirrored', quote_literal(left(named, 100)));
  elsif exists (select from sf_shadow.object o where o.object = named and not o.enabled)
    and not task.while_paused then
    fault := named || ' is paused; end that first: select sf_shadow_resume(' || quote_literal(named) || ')';
  elsif payload ? 'fields' and (jsonb_typeof(payload -> 'fields') <> 'array' or payload -> 'fields' = '[]'
    or payload @? '$.fields[*] ? (@.type() <> "string")') then
    fault := '"fields" must be a list of names';
  elsif payload ? 'table' and jsonb_typeof(payload -> 'table') <> 'string'
    or payload ? 'parent' and jsonb_typeof(payload -> 'parent') <> 'string' then
    fault := '"table" and "parent" must be names';
  elsif payload ? 'column' and jsonb_typeof(payload -> 'column') <> 'string'
    or payload ? 'field' and jsonb_typeof(payload -> 'field') <> 'string' then
    fault := '"field" and "column" must be names';
  elsif payload ? 'poll' and jsonb_typeof(payload -> 'poll') <> 'string' then
    fault := '"poll" must be a time such as "5m"';
  elsif payload ? 'where' and jsonb_typeof(payload -> 'where') <> 'string' then
    fault := '"where" must be a condition in SOQL, such as "IsActive = true"';
  elsif payload ? 'keep' and payload -> 'keep' not in ('"mapped"', '"all"') then
    fault := '"keep" must be mapped or all';
  elsif payload ? 'drop_data' and jsonb_typeof(payload -> 'drop_data') <> 'boolean' then
    fault := '"drop_data" must be true or false';
  elsif payload ? 'history' and jsonb_typeof(payload -> 'history') <> 'boolean' then
    fault := '"history" must be true or false';
  elsif payload ? 'force' and jsonb_typeof(payload -> 'force') <> 'boolean' then
    fault := '"force" must be true or false';
  elsif payload ? 'sample' and not coalesce(pg_input_is_valid(payload ->> 'sample', 'integer')
    and jsonb_typeof(payload -> 'sample') = 'number' and (payload ->> 'sample')::numeric between 1 and 100000, false) then
    fault := '"sample" must be a whole number from 1 to 100000';
  elsif payload ? 'since' and not (jsonb_typeof(payload -> 'since') = 'string' and payload ->> 'since' ~ '^\d{4}-\d\d-\d\d'
    and pg_input_is_valid(payload ->> 'since', 'timestamptz')) then
    fault := '"since" must be a time such as 2026-11-23T10:00:00Z';
  elsif payload ? 'from' and not (jsonb_typeof(payload -> 'from') = 'string'
    and payload ->> 'from' ~* '^(earliest|([0-9a-f]{2}){8,32})$') then
    fault := '"from" must be earliest, or a replay id as hex digits, as sf_shadow_event.replay_id shows it';
  elsif payload ? 'topic' and not exists (select from sf_shadow.stream s where to_jsonb(s.topic) = payload -> 'topic') then
    fault := format('no stream follows %s; topics: %s', left(payload ->> 'topic', 100),
      coalesce((select string_agg(s.topic, ', ') from sf_shadow.stream s), 'none yet'));
  end if;
  if fault is not null then
    raise exception '%', fault using errcode = 'SF010', hint = case when fault like 'object %' then 'Mirrored objects: ' ||
      (select string_agg(o.object, ', ') from sf_shadow.objects_in_order() o) || '.' else 'For instance: ' || task.example || '.' end;
  end if;
end
$$;
