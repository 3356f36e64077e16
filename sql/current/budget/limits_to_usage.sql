-- Rule 14: stores what Salesforce has stated of its daily limits. Consumes: parallel arrays, from the header of an answer
-- or (is_whole) from /limits, which answers only where calls are answered and so ends a refusal. Safe to repeat.
create or replace function sf_shadow.limits_to_usage(limit_names text[], useds bigint[], maxima bigint[], is_whole boolean)
returns void
language sql set search_path = '' as $$
  insert into sf_shadow.api_usage as u (limit_name, used, max)
  select stated.limit_name, stated.used, stated.max
  from unnest(limit_names, useds, maxima) stated (limit_name, used, max)
  -- One order of locking for every process that states several.
  order by stated.limit_name collate "C"
  on conflict (limit_name) do update set used = excluded.used, max = excluded.max, observed_at = clock_timestamp(),
    refused_until = case when not is_whole then u.refused_until end,
    looking_until = case when not is_whole then u.looking_until end
$$;
