-- Why the versions of an object cannot be kept, in words; null where they can. Consumes: the object, its shadow table and the columns
-- of its fields, [{field, column}]. Names are the same whether versions are kept or not: a column that is in the way is the user's to
-- rename. Reads the catalog.
create or replace function sf_shadow._history_fault(of_object text, shadow_table text, columns jsonb) returns text
language sql stable set search_path = '' as $$
  select case
    when to_regclass(format('public.%I', named.target)) is not null or to_regtype(format('public.%I', named.target)) is not null
      then format('public.%I is there already, and would be the history of %s: drop it, or rename it', named.target, of_object)
    when clash.named is not null
      then format('the history of %s has columns valid_from, valid_to and is_deleted of its own, and %s would be in their way: give it '
        'another name, by fields rename or in a mapping file, before versions are kept', of_object, clash.named)
  end
  from (select sf_shadow._history_name(shadow_table) as target) named
  cross join (
    select string_agg(format('%s (%s)', c ->> 'column', c ->> 'field'), ', ' order by c ->> 'column') as named
    from jsonb_array_elements(columns) c
    where c ->> 'column' = any (sf_shadow._history_columns())
  ) clash
$$;
