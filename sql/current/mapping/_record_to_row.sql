-- The one generator (docs/mapping.md): SQL expressions that turn a record into a row, from the mapping.
-- Consumes: sf_shadow.object, sf_shadow.field. Produces, over a jsonb column `fields` in canonical form:
--   shadow_table, key_column       quoted names
--   column_names, column_values    the typed columns, as lists
--   column_updates                 the same for `on conflict do update`
--   error                          text[] {SQLSTATE, reason, field} of a record that cannot be stored, or not without loss; else null
--   columns_differ                 whether the columns of a shadow row `s` show other values; ask where there is no error
--   unique_value, parent_id        the contested value and the parent's id, or null
--   unique_column, parent_column   their columns in the shadow table, or null
--   held_unique, held_parent       the same of a shadow row `s`, as an expression that is null where there is none
-- A type is that of the table's own column, whatever sf_shadow.field says: it decides what a value would lose.
-- Nothing from outside reaches the text unquoted; types are spelled by Postgres, or checked by a constraint.
create or replace function sf_shadow._record_to_row(
  of_object text,
  out shadow_table text, out key_column text,
  out column_names text, out column_values text, out column_updates text,
  out error text, out columns_differ text,
  out unique_value text, out parent_id text, out unique_column text, out parent_column text,
  out held_unique text, out held_parent text
)
language sql stable set search_path = '' as $$
  with mapped as (
    select
      f.field, f.column_name, f.required, f.is_unique, f.field = o.parent_field as is_parent, f.default_value, o.shadow_table, o.key_column,
      format('(fields ->> %L)', f.field) as given,
      case when f.default_value is null then format('(fields ->> %L)', f.field)
        else format('coalesce(fields ->> %L, %L)', f.field, f.default_value) end as value,
      coalesce(format_type(a.atttypid, a.atttypmod), f.column_type) as column_type
    from sf_shadow.field f
    join sf_shadow.object o on o.object = f.object
    left join pg_attribute a on a.attrelid = to_regclass(format('public.%I', o.shadow_table)) and a.attname = f.column_name
    where f.object = of_object
  ), checked as (
    select mapped.*,
      case when column_type = 'text' then value else format('%s::%s', value, column_type) end as stored,
      concat(
        case when required then
          format('when %s is null then array[''23502'', %L, %L] ', value, format('required field %s is empty', field), field) end,
        -- In a case: what cannot be cast must not be cast. A text keeps all.
        case when column_type <> 'text' then
          format('when case when pg_input_is_valid(%1$s, %2$L) then %3$s end is distinct from %1$s '
            'then array[%4$s, %5$L || left(%1$s, 60) || %6$L, %7$L] ',
            given, column_type, sf_shadow._column_to_text(format('%s::%s', given, column_type), column_type),
            case
              when sf_shadow._column_family(column_type) = 'number'
                then format('case when pg_input_is_valid(%s, ''numeric'') then ''22003'' else ''22P02'' end', given)
              when column_type like 'character%' then '''22001'''
              else '''22P02'''
            end,
            format('%s is ', field), format(', which does not fit %s of type %s', column_name, column_type), field) end
      ) as checks,
      -- By text, which needs no cast; a default as its column shows it, or, where it does not fit the column, as anything.
      case when column_type = 'text' or default_value is null
        then format('%s is distinct from %s collate "C"', shown, value)
        else format('case when %1$s is null then %3$s else %2$s is distinct from %1$s collate "C" end', given, shown,
          case when pg_input_is_valid(default_value, column_type)
            then format('%s is distinct from (%s) collate "C"', shown,
              sf_shadow._column_to_text(format('%L::%s', default_value, column_type), column_type))
            else format('s.%I is null', column_name) end) end as differs
    from mapped
    cross join lateral (select sf_shadow._column_to_text(format('s.%I', column_name), column_type) as shown) held
  ), listed as (
    select
      format('public.%I', min(shadow_table)) as shadow_table, quote_ident(min(key_column)) as key_column,
      string_agg(quote_ident(column_name), ', ' order by column_name) as column_names,
      string_agg(stored, ', ' order by column_name) as column_values,
      string_agg(format('%I = excluded.%1$I', column_name), ', ' order by column_name) as column_updates,
      string_agg(differs, ' or ' order by column_name) as columns_differ,
      coalesce('case ' || nullif(string_agg(checks, '' order by column_name), '') || 'end', 'null::text[]') as error,
      max(value) filter (where is_unique) as unique_value,
      max(value) filter (where is_parent) as parent_id,
      max(quote_ident(column_name)) filter (where is_unique) as unique_column,
      max(quote_ident(column_name)) filter (where is_parent) as parent_column
    from checked
    having count(*) > 0
  )
  select
    shadow_table, key_column, column_names, column_values, column_updates,
    error, format('(%s)', columns_differ),
    coalesce(unique_value, 'null::text'), coalesce(parent_id, 'null::text'), unique_column, parent_column,
    coalesce('s.' || unique_column, 'null::text'), coalesce('s.' || parent_column, 'null::text')
  from listed
$$;
