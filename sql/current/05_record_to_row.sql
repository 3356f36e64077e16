-- The one generator (design, section 4): SQL expressions that turn a record into a row, from the mapping.
-- Consumes: sf_shadow.object, sf_shadow.field. Produces, over a jsonb column `fields` in canonical form:
--   shadow_table, key_column       quoted names
--   column_names, column_values    the typed columns, as lists
--   column_updates                 the same for `on conflict do update`
--   error                          text[] {SQLSTATE, reason, field} of a record that cannot be stored, else null
--   unique_value, parent_id        the contested value and the parent's id, or null
--   unique_column, parent_column   their columns in the shadow table, or null
--   held_unique, held_parent       the same of a shadow row `s`, as an expression that is null where there is none
-- Nothing from outside reaches the text unquoted; column types are checked by a constraint.
create or replace function sf_shadow.record_to_row(
  of_object text,
  out shadow_table text, out key_column text,
  out column_names text, out column_values text, out column_updates text,
  out error text, out unique_value text, out parent_id text, out unique_column text, out parent_column text,
  out held_unique text, out held_parent text
)
language sql stable set search_path = '' as $$
  with mapped as (
    select
      f.*, o.parent_field,
      case when f.default_value is null then format('(fields ->> %L)', f.field)
        else format('coalesce(fields ->> %L, %L)', f.field, f.default_value) end as value,
      substring(f.column_type from '^numeric\(\d+, *(\d+)\)$') as scale
    from sf_shadow.field f
    join sf_shadow.object o on o.object = f.object
    where f.object = of_object
  ), checked as (
    select mapped.*, concat(
      case when required then
        format('when %s is null then array[''23502'', %L, %L] ', value, format('required field %s is empty', field), field) end,
      case when column_type <> 'text' then
        format('when not pg_input_is_valid(%1$s, %2$L) then array[case when pg_input_is_valid(%1$s, %3$L) then ''22003'' else ''22P02'' end, %4$L || left(%1$s, 60) || %5$L, %6$L] ',
          value, column_type, regexp_replace(column_type, '\(.*', ''), format('%s is ', field),
          format(', which does not fit %s of type %s', column_name, column_type), field) end,
      case when scale is not null then
        -- NaN is a numeric to Postgres, of any precision and without a scale; it is no amount.
        format('when lower(%1$s) = ''nan'' then array[''22003'', %2$L, %3$L] ', value, format('%s is NaN', field), field) ||
        format('when scale(trim_scale(%1$s::numeric)) > %2$s then array[''22003'', %3$L || %1$s || %4$L, %5$L] ',
          value, scale, format('%s is ', field),
          format(', which has more decimals than %s of type %s', column_name, column_type), field) end
    ) as checks
    from mapped
  )
  select
    format('public.%I', o.shadow_table), quote_ident(o.key_column),
    string_agg(quote_ident(column_name), ', ' order by column_name),
    string_agg(case when column_type = 'text' then value else format('%s::%s', value, column_type) end, ', ' order by column_name),
    string_agg(format('%I = excluded.%1$I', column_name), ', ' order by column_name),
    coalesce('case ' || nullif(string_agg(checks, '' order by column_name), '') || 'end', 'null::text[]'),
    coalesce(max(value) filter (where is_unique), 'null::text'),
    coalesce(max(value) filter (where field = o.parent_field), 'null::text'),
    max(quote_ident(column_name)) filter (where is_unique),
    max(quote_ident(column_name)) filter (where field = o.parent_field),
    coalesce(max('s.' || quote_ident(column_name)) filter (where is_unique), 'null::text'),
    coalesce(max('s.' || quote_ident(column_name)) filter (where field = o.parent_field), 'null::text')
  from checked
  join sf_shadow.object o on o.object = checked.object
  group by o.object
$$;
