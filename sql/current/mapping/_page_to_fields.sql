-- The generator's other half: SQL that builds the canonical `fields` of a record from a relation `page`
-- with one text column per Salesforce field, as pg_temp.page is filled from CSV or REST.
-- Consumes: the columns of the page, sf_shadow._kept_fields. jsonb_build_object takes 100 arguments at most,
-- so that wide objects are built in pieces. A field that has vanished from describe is not in the page.
create or replace function sf_shadow._page_to_fields(of_object text, page_columns text[]) returns text
language sql stable set search_path = '' as $$
  with kept as (
    select k.field, k.type, (row_number() over (order by k.field) - 1) / 45 as piece
    from sf_shadow._kept_fields(of_object) k
    where k.field = any (page_columns)
  ), pieces as (
    select piece, format('jsonb_build_object(%s)', string_agg(
      format('%L, %s', field, sf_shadow._text_to_json(format('page.%I', field), type)), ', ' order by field)) as built
    from kept
    group by piece
  )
  select coalesce(string_agg(built, ' || ' order by piece), '''{}''::jsonb') from pieces
$$;
