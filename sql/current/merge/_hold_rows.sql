-- Rule 3b: the rows of a batch or a page, fetched once by their keys; everything is judged from them.
-- Consumes: the shadow table, under its lock. Produces: pg_temp.held. with_columns: whether its typed columns are compared with
-- raw_payload. Safe to repeat: it empties what is there.
create or replace function sf_shadow._hold_rows(of_object text, record_ids text[], with_columns boolean) returns void
language plpgsql set search_path = '' as $$
begin
  perform sf_shadow._open_table('held', $columns$
    record_id text collate "C" not null,
    -- raw_payload.
    fields jsonb not null,
    unique_value text,
    parent_id text,
    updated_at timestamptz not null,
    synced_at timestamptz not null,
    system_modstamp timestamptz,
    read_id bigint,
    commit_timestamp timestamptz,
    commit_number bigint,
    sequence_number integer,
    -- A column is not what raw_payload says; null where that was not asked.
    columns_differ boolean
  $columns$);
  execute format('select sf_shadow_compiled.%I($1, $2)', 'hold_rows_' || (sf_shadow._mapping(of_object)).compiled_as)
  using record_ids, with_columns;
end
$$;
