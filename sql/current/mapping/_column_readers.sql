-- Views, and other objects of the database, that read columns of a shadow table, so that these cannot be dropped: in words, null for
-- none. Its view for readers that Heroku Connect had before follows the mapping, and does not count. Consumes: the table and the
-- columns. Reads the catalog and the mapping.
create or replace function sf_shadow._column_readers(shadow_table text, column_names text[]) returns text
language sql stable set search_path = '' as $$
  select string_agg(distinct pg_describe_object(
    case when r.oid is not null then 'pg_class'::regclass else d.classid end, coalesce(r.ev_class, d.objid), 0), ', ')
  from pg_depend d
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
  where d.refclassid = 'pg_class'::regclass and d.refobjid = to_regclass(format('public.%I', shadow_table))
    and a.attname = any (column_names) and d.deptype = 'n'
    and not exists (
      select from sf_shadow.object o
      where o.shadow_table = _column_readers.shadow_table and r.ev_class = sf_shadow.held_view(o))
$$;
