-- Why a record with marks cannot be stored: {SQLSTATE, reason, field} of its first field with one, else null. Reads nothing.
create or replace function sf_shadow.unstorable_text(fields jsonb) returns text[]
language sql immutable set search_path = '' as $$
  select array['22021', format('%s holds %s, which Postgres cannot store', marked.field, case
    when marked.what = 'u0000' then 'a NUL (\u0000)'
    when marked.what like 'u%' then format('half of a character (\%s)', marked.what)
    else format('a byte that is not UTF-8 (\%s)', marked.what) end), marked.field]
  from (
    select f.key as field, substring(f.value from sf_shadow._unstorable_mark()) as what
    from jsonb_each_text(fields) f
  ) marked
  where marked.what is not null
  order by marked.field
  limit 1
$$;
