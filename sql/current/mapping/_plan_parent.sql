-- The parent of an object that is to be mirrored (rule 8): the one that the wish names, or else the one that takes the record
-- along when it is deleted (cascadeDelete), where that is mirrored. Consumes: the wish, describe and the columns of _plan_object.
-- Produces: the parent and the field, null without one; the columns, with the parent's own; or why it cannot be. Reads only.
create or replace function sf_shadow._plan_parent(
  wish jsonb, described jsonb, planned_columns jsonb, key_column text,
  out object text, out field text, out columns jsonb, out fault text
)
language plpgsql stable set search_path = '' as $$
declare
  wished constant text := wish ->> 'parent';
  candidate record;
begin
  columns := planned_columns;
  select f ->> 'name' as field, f as describe, p.object as mirrored, p.shadow_table, p.filter, c.column_name
  into candidate
  from jsonb_array_elements(described -> 'fields') f
  left join sf_shadow.object p on f -> 'referenceTo' = jsonb_build_array(p.object)
  left join sf_shadow._column_names(
    array(select o ->> 'name' from jsonb_array_elements(described -> 'fields') o where o ->> 'name' <> 'Id'), _plan_parent.key_column) c
    on c.field = f ->> 'name'
  where case when wished is null then (f ->> 'cascadeDelete')::boolean and p.object is not null
    else lower(f ->> 'name') = lower(wished) end
  order by (f ->> 'relationshipOrder')::integer nulls last, f ->> 'name'
  limit 1;
  fault := case
    -- Its row may leave the filter, and a price without its product cannot be stored (rule 17).
    when candidate.filter is not null and (candidate.describe ->> 'type') = 'reference' then format(
      '%s cannot be mirrored with the parent %s, of which only those are mirrored that meet a filter (%s): a row needs its parent. '
      'Mirror %s without a filter', described ->> 'name', candidate.mirrored, candidate.filter, candidate.mirrored)
    when wished is null then null
    when candidate is null then format('%s has no field %s that this user may read', described ->> 'name', wished)
    when candidate.describe ->> 'type' <> 'reference' then format('%s refers to nothing, and names no parent', candidate.field)
    when candidate.mirrored is null then format('%s refers to %s, of which none is mirrored alone: a parent must be', candidate.field,
      (select string_agg(r, ', ') from jsonb_array_elements_text(candidate.describe -> 'referenceTo') r))
    when (candidate.describe ->> 'nillable')::boolean then
      format('%s may be empty, and a row without its parent cannot be stored: as a plain column it needs no --parent', candidate.field)
  end;
  if candidate is null or fault is not null or (candidate.describe ->> 'nillable')::boolean then
    return;
  end if;
  object := candidate.mirrored;
  field := candidate.field;
  -- It has a column even where it was not wished: a child is found by it.
  if not exists (select from jsonb_array_elements(columns) c where c ->> 'field' = candidate.field) then
    columns := columns || jsonb_build_object('field', candidate.field, 'column', candidate.column_name, 'type', 'text', 'reference', true);
  end if;
  columns := (
    select jsonb_agg(c || case when c ->> 'field' = candidate.field
      then jsonb_build_object('parent', format('public.%I', candidate.shadow_table)) else '{}' end order by place)
    from jsonb_array_elements(columns) with ordinality c (c, place));
end
$$;
