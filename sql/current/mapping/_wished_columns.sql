-- The columns that a wish comes to, as a plan has them, what is left out, and why the wish cannot be where a field that it names
-- cannot be a column. Consumes: a wish, of which "columns" may name those of single fields, describe, and the key's column
-- (_plan_columns). Reads nothing else.
create or replace function sf_shadow._wished_columns(
  wish jsonb, described jsonb, key_column text, out columns jsonb, out left_out jsonb, out fault text
)
language sql stable set search_path = '' as $$
  select
    jsonb_agg(jsonb_build_object('field', c.field, 'column', coalesce(wish -> 'columns' ->> c.field, c.column_name),
      'type', c.column_type, 'renamed', case when wish -> 'columns' ->> c.field is null then c.renamed end,
      'reference', c.describe ->> 'type' = 'reference', 'calculated', c.describe -> 'calculated')) filter (where c.refused is null),
    coalesce(jsonb_agg(jsonb_build_object('field', c.field, 'reason', c.refused)) filter (where c.refused is not null), '[]'),
    -- What was named is there or refused; of all fields, those that fit are there.
    case when wish -> 'fields' <> 'null' then described ->> 'name' || ' cannot have these columns: '
      || string_agg(format('%s (%s)', c.field, c.refused), '; ') filter (where c.refused is not null) end
  from sf_shadow._plan_columns(wish, described, key_column) c
$$;
