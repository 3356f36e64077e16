-- Rule 4, second half: folds the judged events of one object to one change per record, in stream order (_fold_events_source).
-- Consumes: pg_temp.event_batch with verdicts, pg_temp.held. Produces: pg_temp.change.
create or replace function sf_shadow._fold_events(of_object text) returns void
language plpgsql set search_path = '' set work_mem = '64MB' as $$
begin
  execute (
    select format('select sf_shadow_compiled.%I()', 'fold_events_' || m.compiled_as)
    from sf_shadow.object_mapping m where m.object = of_object);
end
$$;
