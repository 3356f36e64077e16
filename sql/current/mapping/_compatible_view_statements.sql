-- The SQL by which an object gets its view for readers that Heroku Connect had before, or the view what the mapping says now.
-- Consumes: the object, the schema, and mapped fields as _mapped_columns has them. Columns that are there keep their place, so that
-- the view is replaced, with all that reads it; where one goes it is made anew, with its grants. Reads the mapping and the catalog.
create or replace function sf_shadow._compatible_view_statements(of_object text, in_schema text, mapped jsonb) returns text[]
language plpgsql stable set search_path = '' as $$
declare
  mirrored sf_shadow.object;
  of_view constant text := format('%I.%I', in_schema, lower(of_object));
  held record;
  defined text;
  is_lasting boolean;
  readers constant text := (select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) from pg_roles r
    where r.rolname in ('sf_shadow_reader', 'sf_shadow_operator'));
begin
  select o.* into mirrored from sf_shadow.object o where o.object = of_object;
  select c.oid, c.relowner, c.relacl into held from pg_class c
  where c.oid = sf_shadow.held_view(mirrored);
  if held.oid is null and to_regclass(of_view) is not null then
    raise exception '% is where the view of % is to be, and is not a view of sf-shadow', of_view, of_object
      using errcode = 'SF014', hint = 'Nothing was changed. Drop or rename it, or choose another schema for the view (compatible_schema).';
  end if;
  select string_agg(format(E'  %s as %I', n.value, n.name), E',\n' order by a.attnum, n.place),
    not exists (
      select from pg_attribute gone where gone.attrelid = held.oid and gone.attnum > 0
        and gone.attname not in (select k.name from sf_shadow._compatible_columns(mirrored.key_column, mapped) k))
  into defined, is_lasting
  from sf_shadow._compatible_columns(mirrored.key_column, mapped) n
  left join pg_attribute a on a.attrelid = held.oid and a.attname = n.name;

  return case
    when to_regnamespace(quote_ident(in_schema)) is null
      then array[format('create schema if not exists %I', in_schema)] else '{}' end
    || case when mirrored.compatible_schema is null then array[
      format('create trigger compatible_id after insert on public.%I referencing new table as inserted for each statement'
        ' execute function sf_shadow.number_records(%L, %L)', mirrored.shadow_table, mirrored.object_id, mirrored.key_column)]
      when mirrored.compatible_schema <> in_schema and held.oid is not null
        then array[format('alter view %s set schema %I', sf_shadow._compatible_view(mirrored), in_schema)]
      else '{}' end
    || case when not is_lasting then array[format('drop view %s', of_view)] else '{}' end
    || format(E'create or replace view %s as select\n%s\nfrom public.%I s\n'
      'left join sf_shadow.compatible_id i on i.object_id = %s and i.record_id = s.%I', of_view, defined, mirrored.shadow_table,
      mirrored.object_id, mirrored.key_column)
    || case when readers is null then '{}'
      else array[format('grant usage on schema %I to %s', in_schema, readers), format('grant select on %s to %s', of_view, readers)] end
    || case when is_lasting then '{}' else array(
      select format('grant %s on %s to %s', string_agg(lower(g.privilege_type), ', ' order by g.privilege_type), of_view,
        case g.grantee when 0 then 'public' else g.grantee::regrole::text end)
      from aclexplode(held.relacl) g
      where g.grantee <> held.relowner and g.grantee::regrole::text not in ('sf_shadow_reader', 'sf_shadow_operator')
      group by g.grantee order by g.grantee) end
    || case when mirrored.compatible_schema is distinct from in_schema then array[format(
      'update sf_shadow.object set compatible_schema = %L where object = %L', in_schema, of_object)] else '{}' end;
end
$$;
