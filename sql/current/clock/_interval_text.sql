-- How often something is done, in the words of --poll: 5m, 2h, 1d; 90s where it is no whole number of minutes. Reads nothing.
create or replace function sf_shadow._interval_text(every interval) returns text
language sql immutable set search_path = '' as $$
  select case
    when s % 86400 = 0 then s / 86400 || 'd'
    when s % 3600 = 0 then s / 3600 || 'h'
    when s % 60 = 0 then s / 60 || 'm'
    else s || 's' end
  from (select extract(epoch from every)::bigint) seconds (s)
$$;
