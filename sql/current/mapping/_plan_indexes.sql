-- The plan by which fields of an object get an index, where they have none, and others lose the one that was made by such a plan, with
-- the statements that change_indexes runs. Consumes: the wish {fields, gone, schema, columns}: names in any case, SystemModstamp among
-- them; and what _index_expressions takes. Raises SF014, with what to do, for what cannot be. Reads only.
create or replace function sf_shadow._plan_indexes(of_object text, wish jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  mirrored sf_shadow.object;
  added record;
  removed record;
begin
  select o.* into mirrored from sf_shadow.object o where o.object = of_object;
  select string_agg(n.name, ', ' order by n.name) filter (where e.field is null) as lacking,
    coalesce(array_agg(e.field order by e.field) filter (where not e.is_indexed), '{}') as fields,
    coalesce(array_agg(format('create index on public.%I (%s)', mirrored.shadow_table, e.expression) order by e.field)
      filter (where not e.is_indexed), '{}') as statements
  into added
  from (select distinct on (lower(w)) w as name from jsonb_array_elements_text(wish -> 'fields') w) n
  left join sf_shadow._index_expressions(of_object, wish ->> 'schema', wish -> 'columns') e on lower(e.field) = lower(n.name);
  if added.lacking is not null then
    raise exception '%: no index without a column: %', of_object, added.lacking
      using errcode = 'SF014', hint = 'Nothing was changed. Name it in the fields, too.';
  end if;
  select coalesce(array_agg(distinct e.field), '{}') as fields,
    coalesce(array_agg(distinct format('drop index public.%I', c.relname)) filter (where c.relname is not null), '{}') as statements
  into removed
  from jsonb_array_elements_text(wish -> 'gone') n
  -- Of a view that has gone meanwhile, or came later, too.
  join (select v.field, v.expression from unnest('{null,any}'::text[]) s (schema)
    cross join sf_shadow._index_expressions(of_object, s.schema) v group by v.field, v.expression) e on lower(e.field) = lower(n)
  left join pg_index i on i.indrelid = to_regclass(format('public.%I', mirrored.shadow_table)) and i.indnkeyatts = 1
    and not i.indisunique and lower(pg_get_indexdef(i.indexrelid, 1, true)) = lower(e.expression)
    -- As such a plan makes one: of part of the rows, for LIKE, or with more in it, somebody else has made it.
    and i.indpred is null and i.indnatts = 1 and i.indoption[0] = 0
    and exists (select from pg_opclass o join pg_am a on a.oid = o.opcmethod
      where o.oid = i.indclass[0] and o.opcdefault and a.amname = 'btree')
  left join pg_class c on c.oid = i.indexrelid
  where e.field = any (mirrored.indexes);
  return jsonb_build_object('object', of_object, 'table', mirrored.shadow_table, 'fields', added.fields, 'gone', removed.fields,
    'statements', to_jsonb(added.statements || removed.statements || case when added.fields = '{}' and removed.fields = '{}' then '{}'
      else array[format('update sf_shadow.object set indexes = %L where object = %L', array(
        select f from unnest(mirrored.indexes || added.fields) f where f <> all (removed.fields) group by f order by f), of_object)]
      end));
end
$$;
