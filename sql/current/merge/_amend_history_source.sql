-- SQL that brings columns of the open versions along with the shadow rows, without new versions: what changes there is the mapping, or
-- what was not read before, and not the record. Consumes: the object, whose versions are kept, the columns, and the records: an array
-- of their ids as SQL, or null for all. Null without columns. Reads nothing.
create or replace function sf_shadow._amend_history_source(mirrored sf_shadow.object, column_names text[], record_ids text) returns text
language sql stable set search_path = '' as $$
  select format($sql$
    update public.%1$I h set (%4$s) = row(%5$s)
    from %7$s public.%2$I s %8$s
    where s.%3$I = h.%3$I and h.valid_to is null and (%6$s)
  $sql$, mirrored.history_table, mirrored.shadow_table, mirrored.key_column,
    string_agg(quote_ident(c.name), ', ' order by c.name), string_agg(format('s.%I', c.name), ', ' order by c.name),
    string_agg(format('h.%1$I is distinct from s.%1$I', c.name), ' or ' order by c.name),
    'unnest(' || record_ids || ') asked (record_id) join',
    case when record_ids is not null then format('on s.%I = asked.record_id', mirrored.key_column) end)
  from unnest(column_names) c (name)
  having count(*) > 0
$$;
