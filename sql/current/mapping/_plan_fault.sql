-- Why a wish for an object cannot be planned, in words, before its columns are looked at; null where it can. Consumes: the wish
-- and describe (_plan_object), and the table's name. Reads only.
create or replace function sf_shadow._plan_fault(wish jsonb, described jsonb, target text) returns text
language sql stable set search_path = '' as $$
  select case
    when mirrored.object is not null then format('%s is mirrored already, in %s', mirrored.object, mirrored.shadow_table)
    when described ->> 'name' !~ '^[A-Za-z]\w*$' then 'that is no name of an object'
    when not (described ->> 'queryable')::boolean then format('%s cannot be queried', described ->> 'name')
    when coalesce(wish ->> 'keep', 'mapped') not in ('mapped', 'all') then '"keep" must be mapped or all'
    when jsonb_typeof(coalesce(wish -> 'fields', 'null')) not in ('null', 'array') or wish -> 'fields' = '[]'
      then '"fields" must be a list of names'
    when target !~ '^[a-z][a-z0-9_]*$' or octet_length(target) > 63
      then format('a table cannot be called %s here: lower-case letters, digits and _, 63 at most', quote_ident(left(target, 80)))
    when taken.object is not null then format('%s is the table of %s: give %s another one by --table, or "table"', target, taken.object,
      described ->> 'name')
    when to_regclass(format('public.%I', target)) is not null or to_regtype(format('public.%I', target)) is not null then
      format('public.%I is there already, and no object is mirrored in it: drop it, or name another table by --table, or "table"', target)
  end
  from (select) nothing
  left join sf_shadow.object mirrored on mirrored.object = described ->> 'name'
  left join sf_shadow.object taken on taken.shadow_table = target
$$;
