-- The plan by which an object gets a view for readers that Heroku Connect had before (docs/from_heroku_connect.md), or has it no
-- more, with the statements that change_compatible_view runs. Consumes: the object, the schema (null: no view), columns that it is
-- about to get, as a plan has them, and the schema of Heroku Connect's own table, of which the ids are taken over (null: of none).
-- Raises SF014, with what to do, for what cannot be. Reads only.
create or replace function sf_shadow._plan_compatible_view(of_object text, in_schema text, planned_columns jsonb, ids_from text)
returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  mirrored sf_shadow.object;
  of_view constant text := quote_ident(in_schema) || '.' || quote_ident(lower(of_object));
  numbered constant text := quote_ident(ids_from) || '.' || quote_ident(lower(of_object));
  taken record;
  mapped constant jsonb := sf_shadow._mapped_columns(of_object) || planned_columns;
  fault text;
begin
  select o.* into mirrored from sf_shadow.object o where o.object = of_object;
  select c.relkind, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = '_hc_lastop') as is_heroku
  into taken from pg_class c where c.oid = to_regclass(of_view);
  fault := case
    when in_schema is not distinct from mirrored.compatible_schema and (in_schema is null or sf_shadow.held_view(mirrored) is not null)
      then format('%s has %s already', of_object, coalesce('a view in ' || quote_ident(in_schema), 'no view'))
    when in_schema !~ '^[a-z_][a-z0-9_]*$' or octet_length(in_schema) > 63
      then format('a schema cannot be called %s here: lower-case letters, digits and _, 63 at most', quote_ident(left(in_schema, 80)))
    when in_schema ~ '^(pg_|sf_shadow)' or in_schema = 'information_schema'
      then format('the schema %s belongs to Postgres or to sf-shadow: choose another name', in_schema)
    when taken.is_heroku and taken.relkind in ('r', 'p') then format('%s is a table of Heroku Connect: choose another schema for now, '
      'or rename that one first: alter schema %I rename to %I', of_view, in_schema, left(in_schema, 56) || '_before')
    when taken.relkind is not null or to_regtype(of_view) is not null
      then format('%s is there already, and is not a view of sf-shadow: choose another schema, or drop it', of_view)
    when to_regclass(numbered) = sf_shadow.held_view(mirrored)
      then format('%s is the view of sf-shadow itself, which keeps its ids: leave --ids-from out', numbered)
    when numbered is not null and (
      select count(*) from pg_attribute a
      where a.attrelid = to_regclass(numbered) and (a.attname = 'sfid' or a.attname = 'id' and a.atttypid = 'integer'::regtype)) < 2
      then format('%s has no ids to take over: it is no table with sfid and an integer id', numbered)
    when in_schema is not null and jsonb_array_length(mapped) > 1590 then format('%s would have more than 1600 columns', of_view)
  end;
  if fault is not null then
    raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;
  return jsonb_build_object('object', of_object, 'table', mirrored.shadow_table, 'schema', in_schema, 'before', mirrored.compatible_schema,
    'ids_from', numbered,
    'view', coalesce(of_view, sf_shadow._compatible_view(mirrored)), 'statements', to_jsonb(
    case when in_schema is not null then sf_shadow._compatible_view_statements(of_object, in_schema, mapped)
      || sf_shadow._record_ids_statements(mirrored, numbered)
    else case when sf_shadow.held_view(mirrored) is null then '{}' else array['drop view ' || sf_shadow._compatible_view(mirrored)] end
      || array[
      format('drop trigger if exists compatible_id on public.%I', mirrored.shadow_table),
      format('delete from sf_shadow.compatible_id where object_id = %s', mirrored.object_id),
      format('update sf_shadow.object set compatible_schema = null where object = %L', of_object)] end));
end
$$;
