-- Rule 12, for rows that are about to be removed with their parents. Consumes: ids of shadow rows.
-- Produces: their outbox row and notification. To be called before the delete.
create or replace function sf_shadow._rows_to_invalidations(of_object text, ids text[]) returns void
language plpgsql set search_path = '' as $$
declare
  mapping record;
begin
  select * into mapping from sf_shadow._record_to_row(of_object);
  execute format(
    'select sf_shadow._append_invalidation($1, array_agg(s.%2$s), array_agg(%3$s), array_agg(%4$s)) from %1$s s where s.%2$s = any ($2)',
    mapping.shadow_table, mapping.key_column, mapping.held_parent, mapping.held_unique)
  using of_object, ids;
end
$$;
