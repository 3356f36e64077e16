-- Rule 6: how many doubts of an object a full load would settle: all but those of records that contest a value, whose
-- marks a load leaves (_clear_run_marks). Reads only.
create or replace function sf_shadow.loadable_doubts(of_object text) returns bigint
language sql stable set search_path = '' as $$
  select count(*) from sf_shadow.dirty d
  where d.object = of_object and not sf_shadow._contests_value(d.object, d.record_id)
$$;
