-- Why an object's table cannot get a column of a name, in words; null where it can. Of an object that is not mirrored yet only the
-- name itself is judged. Reads the mapping and the catalog.
create or replace function sf_shadow._column_name_fault(of_object text, wished text) returns text
language sql stable set search_path = '' as $$
  select case
    when wished is null or wished !~ '^[a-z][a-z0-9_]*$' or octet_length(wished) > 63
      then format('a column cannot be called %s here: lower-case letters, digits and _, 63 at most', quote_ident(left(wished, 80)))
    when reserved.why is not null then format('a column cannot be called %s: %s', wished, reserved.why)
    when wished = o.key_column then format('%s is the key of public.%I', wished, o.shadow_table)
    when o.history_table is not null and wished = any (sf_shadow._history_columns())
      then format('public.%I has a column %s of its own: name another one by --column, or "column"', o.history_table, wished)
    when mapped.field is not null then format('%s is the column of %s.%s: name another one by --column, or "column"', wished, of_object,
      mapped.field)
    when held.attname is not null then format('public.%I has a column %s already, which no field fills: drop it, or name another one by '
      '--column, or "column"', o.shadow_table, wished)
    when versions.attname is not null then format('public.%I has a column %s already, which no field fills: drop it, or name another one '
      'by --column, or "column"', o.history_table, wished)
  end
  from (select) nothing
  left join sf_shadow.object o on o.object = of_object
  left join lateral (select r.why from sf_shadow._reserved_columns() r where r.name = wished limit 1) reserved on true
  left join sf_shadow.field mapped on mapped.object = o.object and mapped.column_name = wished
  left join pg_attribute held on held.attrelid = to_regclass('public.' || quote_ident(o.shadow_table)) and held.attname = wished
    and not held.attisdropped
  left join pg_attribute versions on versions.attrelid = to_regclass('public.' || quote_ident(o.history_table))
    and versions.attname = wished and not versions.attisdropped
$$;
