-- Turns records as REST gives them into rows as a merge would store them, without storing anything: a reader's answer
-- from Salesforce has the same canonical form as the shadow's (docs/mapping.md), by the same generator.
-- Consumes: JSON records with field names as keys, dotted ones too. Produces per record its row as JSON (numbers as
-- text, digit for digit), or the reason why the shadow could not store it. Records that were read without a field that is mapped by
-- now are SF015: absent would pass for empty. Reads only; works on a replica.
create or replace function public.sf_shadow_records_to_rows(of_object text, records jsonb)
returns table (row_held jsonb, error text)
language plpgsql stable security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
declare
  mapping record;
  unread text[];
begin
  select sf_shadow._unread_fields(of_object, array(select jsonb_object_keys(r.record))) into unread
  from jsonb_array_elements(records) r (record) limit 1;
  if cardinality(unread) > 0 then
    raise exception 'records of % were read without %, which is mapped now', of_object, array_to_string(unread, ', ')
      using errcode = 'SF015', hint = 'Read them again, by the fields of sf_shadow_mapping.';
  end if;
  select r.*, o.key_column as key_name, page.columns, sf_shadow._page_to_fields(of_object, page.columns) as fields
  into mapping
  from sf_shadow.object o
  cross join sf_shadow._record_to_row(of_object) r
  cross join (select sf_shadow.load_fields(of_object) as columns) page
  where o.object = of_object;

  return query execute format($sql$
    select
      case when checked.error is null then
        (select jsonb_object_agg(c.key, case jsonb_typeof(c.value) when 'number' then to_jsonb(c.value #>> '{}') else c.value end)
          from jsonb_each((select to_jsonb(mapped) from (select %2$s) mapped (%3$s))) c)
        || jsonb_build_object(%4$L, page."Id", 'updated_at', page."SystemModstamp"::timestamptz, 'raw_payload', fields)
      end,
      page."Id" || ': ' || checked.error[2]
    from (select %1$s from jsonb_array_elements($1) r (record)) page
    -- Each once: put in the place of its name, `fields` is built anew for every column.
    cross join lateral (select %5$s as fields offset 0) canonical
    cross join lateral (select coalesce(%7$s, %6$s) as error offset 0) checked
  $sql$,
    (select string_agg(format('nullif(r.record ->> %L, '''') as %I', f.field, f.field), ', ') from unnest(mapping.columns) f (field)),
    mapping.column_values, mapping.column_names, mapping.key_name, mapping.fields, mapping.error,
    -- A mark that the reader has made (_unstorable_mark); looked for by its first character once, for all.
    case when strpos(records::text, U&'\E000') > 0 then 'sf_shadow.unstorable_text(fields)' else 'null::text[]' end)
  using records;
end
$$;
