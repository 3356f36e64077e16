-- The plan by which an object becomes a mirrored one (docs/mapping.md): names, columns, parent, and the statements that add_object
-- runs. Consumes: the wish {object, fields, columns, table, keep, parent, poll, where, history}, of which all but the object may be left
-- out, and columns names those of single fields; and describe: {name, queryable, updateable, has_events, fields: [{name, type, precision,
-- scale, calculated, nillable, filterable, compoundFieldName, referenceTo, cascadeDelete, relationshipOrder}]}. Raises SF014, with
-- what to do, for what cannot be. Reads only.
create or replace function sf_shadow._plan_object(wish jsonb, described jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  of_object constant text := described ->> 'name';
  named record;
  target text;
  fault text;
  planned record;
  columns jsonb;
  left_out jsonb;
  parent record;
  source record;
  filter record;
  unmapped text;
  plan jsonb;
begin
  select n.* into named from sf_shadow._plan_names(of_object) n;
  target := coalesce(wish ->> 'table', named.shadow_table);
  select s.* into source from sf_shadow._plan_source(wish, described) s;
  select f.* into filter from sf_shadow._plan_filter(wish, described) f;
  fault := coalesce(sf_shadow._plan_fault(wish, described, target), source.fault, filter.fault);
  if fault is not null then
    raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;

  -- The filter's fields are columns, wished or not: so they are in the events that are kept.
  if wish -> 'fields' <> 'null' and filter.fields is not null then
    wish := jsonb_set(wish, '{fields}', (wish -> 'fields') || (
      select coalesce(jsonb_agg(f order by f), '[]') from unnest(filter.fields) f
      where f <> 'Id' and lower(f) not in (select lower(w) from jsonb_array_elements_text(wish -> 'fields') w)));
  end if;
  select w.* into planned from sf_shadow._wished_columns(wish, described, named.key_column) w;
  columns := planned.columns;
  left_out := planned.left_out;
  select string_agg(f, ', ') into unmapped from unnest(filter.fields) f
  where f <> 'Id' and f not in (select c ->> 'field' from jsonb_array_elements(columns) c);
  fault := case
    when planned.fault is not null then planned.fault
    when columns is null then of_object || ' has no field that could be a column'
    when jsonb_array_length(columns) > 1500
      then format('%s would have %s columns, and 1500 are the most: name the wanted fields', of_object, jsonb_array_length(columns))
    when (select count(distinct c ->> 'column') from jsonb_array_elements(columns) c) < jsonb_array_length(columns)
      then of_object || ' has fields whose columns would have the same name'
    when unmapped is not null then format('the filter of %s names %s, which cannot be a column', of_object, unmapped)
    else (
      select string_agg(f, '; ') from jsonb_array_elements(columns) c
      cross join lateral (select case
        when c ->> 'column' = named.key_column then format('%s is the key of public.%I', named.key_column, target)
        else sf_shadow._column_name_fault(of_object, c ->> 'column') end) n (f)
      where wish -> 'columns' ? (c ->> 'field'))
  end;
  if fault is not null then
    raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;

  select p.* into parent from sf_shadow._plan_parent(wish, described, columns, named.key_column) p;
  if parent.fault is not null then
    raise exception '%', parent.fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;
  fault := case when (wish ->> 'history')::boolean then sf_shadow._history_fault(of_object, target, parent.columns) end;
  if fault is not null then
    raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;
  plan := jsonb_build_object('object', of_object, 'table', target, 'key', named.key_column, 'topic', named.topic,
    'keep', coalesce(wish ->> 'keep', 'mapped'), 'parent_object', parent.object, 'parent_field', parent.field,
    'columns', parent.columns, 'left_out', left_out, 'poll', source.poll_every, 'poll_reason', source.poll_reason,
    'cursor', source.cursor_field, 'filter', filter.filter, 'filter_fields', filter.fields,
    'history_table', case when (wish ->> 'history')::boolean then sf_shadow._history_name(target) end);
  return plan || jsonb_build_object('statements', to_jsonb(sf_shadow._plan_statements(plan)
    || case when plan ->> 'history_table' is not null then sf_shadow._history_statements(plan || jsonb_build_object('columns', (
      select jsonb_agg(c || jsonb_build_object('is_key', c ? 'parent') order by place)
      from jsonb_array_elements(parent.columns) with ordinality p (c, place)))) else '{}' end));
end
$$;
