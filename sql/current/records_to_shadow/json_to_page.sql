-- Consumes: records as REST gives them. Produces: pg_temp.page, so that a re-read takes the same way as a CSV page.
-- Keys are field names, dotted ones too; empty texts are null (docs/mapping.md). Safe to repeat: it makes the page anew.
create or replace function sf_shadow.json_to_page(fields text[], records jsonb) returns void
language plpgsql set search_path = '' as $$
begin
  perform sf_shadow.open_page(fields);
  execute (
    select format('insert into pg_temp.page (%s) select %s from jsonb_array_elements($1) r (record)',
      string_agg(quote_ident(f.field), ', ' order by f.ord),
      string_agg(format('nullif(r.record ->> %L, '''')', f.field), ', ' order by f.ord))
    from unnest(fields) with ordinality f (field, ord))
  using records;
end
$$;
