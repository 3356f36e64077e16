-- Produces: an empty pg_temp.page with one text column per Salesforce field, to COPY or insert records into.
-- It is dropped with the transaction. Safe to repeat: it makes it anew. Names come from describe and are quoted.
create or replace function sf_shadow.open_page(fields text[]) returns void
language plpgsql set search_path = '' set client_min_messages = 'warning' as $$
begin
  drop table if exists pg_temp.page;
  execute format('create temporary table page (%s) on commit drop',
    (select string_agg(format('%I text', f.field), ', ' order by f.ord) from unnest(fields) with ordinality f (field, ord)));
end
$$;
