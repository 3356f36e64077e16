-- The columns of an object that is to be mirrored, in the order of the wish, or of describe where every field is wished.
-- Consumes: the wish, describe (_plan_object), and the key's column. Produces: a row for each wished field, with the type of its
-- column or why it cannot have one (refused). A compound stands for its parts, Id is the key. Reads nothing else.
create or replace function sf_shadow._plan_columns(wish jsonb, described jsonb, key_column text)
returns table (field text, column_name text, column_type text, renamed text, refused text, describe jsonb)
language sql stable set search_path = '' as $$
  with fields as (
    -- The Name of a person is a compound too, which events tell by its parts alone.
    select f as describe, f ->> 'name' as field, place,
      f ->> 'name' in (select part ->> 'compoundFieldName' from jsonb_array_elements(described -> 'fields') part
        where part ->> 'compoundFieldName' <> part ->> 'name') as is_compound
    from jsonb_array_elements(described -> 'fields') with ordinality f (f, place)
  ), wished as (
    -- Salesforce takes names in any case.
    select distinct on (coalesce(f.field, w.name)) f.field, f.describe, w.place, f.place as inner_place,
      coalesce(found.field, w.name) as asked
    from jsonb_array_elements_text(wish -> 'fields') with ordinality w (name, place)
    left join fields found on lower(found.field) = lower(trim(w.name))
    left join fields f on f.field = found.field and not found.is_compound
      or f.describe ->> 'compoundFieldName' = found.field and found.is_compound and f.field <> found.field
    where wish -> 'fields' <> 'null'
    order by coalesce(f.field, w.name), w.place
  ), chosen as (
    select w.field, w.describe, w.asked, w.place, w.inner_place, false as is_compound from wished w
    union all
    select f.field, f.describe, f.field, f.place, 0, f.is_compound from fields f
    where coalesce(wish -> 'fields', 'null') = 'null'
  )
  select coalesce(c.field, c.asked), n.column_name, t.column_type, n.renamed,
    case
      when c.asked like '%.%' then 'a field of another record, which events of this one do not tell'
      when c.field is null then 'there is no such field that this user may read'
      when wish -> 'fields' is not null and wish -> 'fields' <> 'null' then t.refused
      when c.field = 'IsDeleted' then 'the row of a deleted record goes'
      when c.field = 'SystemModstamp' then 'the table has it as system_modstamp'
      when c.is_compound then 'a compound, of which the parts are columns'
      else t.refused end,
    c.describe
  from chosen c
  left join sf_shadow._column_names(array(select f.field from fields f where f.field <> 'Id'), key_column) n on n.field = c.field
  left join lateral sf_shadow._field_to_column(c.describe) t on c.field is not null
  where c.field is distinct from 'Id'
  order by c.place, c.inner_place
$$;
