-- The functions that are compiled for an object: name and parameters in sf_shadow_compiled, and body, which is null for one that the
-- object does not need. Reads what it is made of.
create or replace function sf_shadow._compiled_functions(mapping sf_shadow.object_mapping)
returns table (name text, parameters text, body text)
language sql stable set search_path = '' as $$
  select compiled.verb || '_' || mapping.compiled_as, compiled.parameters, compiled.body
  from (values
    ('hold_rows', 'record_ids text[], with_columns boolean', sf_shadow._hold_rows_source(mapping)),
    ('fold_events', '', sf_shadow._fold_events_source(mapping)),
    ('upsert_rows', 'record_ids text[]', sf_shadow._upsert_rows_source(mapping)),
    ('write_history', 'record_ids text[], ended_ats timestamptz[], are_deleted boolean[]', sf_shadow._write_history_source(mapping))
  ) compiled (verb, parameters, body)
$$;
