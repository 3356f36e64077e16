-- Names that no field's column has (docs/mapping.md), and why. Reads the catalog's list of keywords only.
create or replace function sf_shadow._reserved_columns() returns table (name text, why text)
language sql stable set search_path = '' as $$
  select t.name, 'every shadow table has a column of that name'
  from unnest(array['updated_at', 'raw_payload', 'synced_at', 'system_modstamp', 'read_id', 'commit_timestamp', 'commit_number',
    'sequence_number']) t (name)
  union all
  -- Of the last four, the functions that are made of a mapping (_mapping) would not know whether the column is meant.
  select t.name, 'that name is reserved'
  from unnest(array['tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'fields', 'record_id', 'record_ids', 'with_columns']) t (name)
  union all
  select k.word, 'that is a word of SQL' from pg_get_keywords() k where k.catcode in ('R', 'T')
$$;
